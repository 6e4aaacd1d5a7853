import type { BoardState, ExportFormat } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { Download, FileCode, FileImage, FileText, Image, Table } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../../components/menu.tsx';
import { client } from '../../../lib/client.ts';
import { saveFile } from '../../../lib/table-export.ts';
import { useTheme } from '../../../lib/theme.ts';
import { toast } from '../../../lib/toasts.ts';

const formats = [
  { format: 'pdf', icon: FileText },
  { format: 'png', icon: Image },
  { format: 'svg', icon: FileImage },
  { format: 'html', icon: FileCode },
  { format: 'csv', icon: Table },
] as const satisfies readonly { format: ExportFormat; icon: unknown }[];

/** Takes a dashboard out as it stands now, drawn on the server. */
export function useBoardExport(dashboardId: string, state: BoardState, tileId: string | null = null) {
  const { t } = useTranslation('leaving');
  const { dark } = useTheme();
  return useMutation({
    mutationFn: async (format: ExportFormat) => {
      const answer = await client.dashboardExports.export({
        params: { id: dashboardId },
        body: { format, state, tile_id: tileId, scheme: dark ? 'dark' : 'light', width: 1280 },
      });
      saveFile(
        nameIn(answer.headers.get('content-disposition')) ?? `dashboard.${format}`,
        await answer.blob(),
      );
    },
    onError: (error) => toast(t('export_failed', { reason: error.message }), { tone: 'critical' }),
  });
}

function nameIn(disposition: string | null): string | null {
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? '')?.[1];
  return encoded === undefined ? null : decodeURIComponent(encoded);
}

export function ExportMenu({
  dashboardId,
  state,
  tileId = null,
}: {
  dashboardId: string;
  state: BoardState;
  tileId?: string | null;
}) {
  const { t } = useTranslation('leaving');
  const run = useBoardExport(dashboardId, state, tileId);
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button disabled={run.isPending}>
          <Download size={16} aria-hidden />
          <span className="max-sm:sr-only">{run.isPending ? t('exporting') : t('export')}</span>
        </Button>
      </MenuTrigger>
      <MenuContent>
        {formats.map(({ format, icon }) => (
          <MenuItem key={format} icon={icon} onSelect={() => run.mutate(format)}>
            {t(`format_${format}`)}
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}
