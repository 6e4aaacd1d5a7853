import type { Dataset } from '@stroma/contracts';
import { useNavigate } from '@tanstack/react-router';
import { Download, Ellipsis, FileDown, MessageCircleQuestion, ShieldOff, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '../../components/menu.tsx';
import { client } from '../../lib/client.ts';
import { useDeleteDataset } from '../../lib/datasets.ts';
import { usePermission } from '../../lib/session.ts';
import { saveUrl } from '../../lib/table-export.ts';

/** What can be done with a dataset without opening it. */
export function DatasetMenu({ dataset, onDeleted }: { dataset: Dataset; onDeleted?: () => void }) {
  const { t } = useTranslation('data');
  const navigate = useNavigate();
  const mayDelete = usePermission('datasets:delete', { ownerId: dataset.created_by });
  const mayAnonymise = usePermission('privacy:read');
  const remove = useDeleteDataset();
  const id = dataset.dataset_id;
  const download = (format: 'csv' | 'parquet' | 'raw') =>
    saveUrl('', client.datasets.download.url({ params: { id }, query: { format } }));
  return (
    <Menu>
      <MenuTrigger asChild>
        <button
          type="button"
          aria-label={t('actions_of', { name: dataset.name })}
          className="grid size-8 place-items-center rounded-md text-ink-soft hover:bg-hover hover:text-ink"
        >
          <Ellipsis size={16} aria-hidden />
        </button>
      </MenuTrigger>
      <MenuContent>
        <MenuItem
          icon={MessageCircleQuestion}
          onSelect={() => void navigate({ to: '/ask', search: { datasets: id } })}
        >
          {t('action_ask')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={Download} onSelect={() => download('csv')}>
          {t('action_download_csv')}
        </MenuItem>
        <MenuItem icon={Download} onSelect={() => download('parquet')}>
          {t('action_download_parquet')}
        </MenuItem>
        <MenuItem icon={FileDown} onSelect={() => download('raw')}>
          {t('action_download_raw')}
        </MenuItem>
        {mayAnonymise && (
          <MenuItem
            icon={ShieldOff}
            onSelect={() => void navigate({ to: '/admin/privacy/anonymise', search: { dataset: id } })}
          >
            {t('action_anonymise')}
          </MenuItem>
        )}
        {mayDelete && (
          <>
            <MenuSeparator />
            <MenuItem
              icon={Trash2}
              tone="critical"
              onSelect={() => remove.mutate(dataset, { onSuccess: () => onDeleted?.() })}
            >
              {t('action_delete')}
            </MenuItem>
          </>
        )}
      </MenuContent>
    </Menu>
  );
}
