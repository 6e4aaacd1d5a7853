import type { ThreatBlock } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { DoorOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { panelClass } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';

/** Who and what is shut out at present. */
export function BlockList({ onThreat }: { onThreat: (threatId: string) => void }) {
  const { t } = useTranslation('security');
  const mayLift = usePermission('security:write');
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.blocks,
    queryFn: ({ signal }) => client.threats.blocks({ query: { limit: 200 }, signal }),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={3} className="h-14" />;
  if (data.items.length === 0)
    return (
      <EmptyState icon={DoorOpen} title={t('no_block')}>
        {t('no_block_text')}
      </EmptyState>
    );
  return (
    <ul className={`${panelClass} divide-y divide-line`}>
      {data.items.map((block) => (
        <BlockLine key={block.block_id} block={block} mayLift={mayLift} onThreat={onThreat} />
      ))}
    </ul>
  );
}

function BlockLine({
  block,
  mayLift,
  onThreat,
}: {
  block: ThreatBlock;
  mayLift: boolean;
  onThreat: (threatId: string) => void;
}) {
  const { t } = useTranslation('security');
  const queries = useQueryClient();
  const lift = useMutation({
    mutationFn: () => client.threats.unblock({ params: { id: block.block_id } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: queryKeys.threats });
      toast(t('unblocked', { name: block.subject_name ?? block.subject }));
    },
  });
  const name = block.subject_name ?? block.subject;
  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">
          {block.subject_name === null ? <code className="font-mono">{block.subject}</code> : name}
          <Badge tone={block.kind === 'session' ? 'info' : 'warning'}>{t(`block_${block.kind}`)}</Badge>
        </p>
        <p className="text-small text-ink-soft">
          {t(`kind_${block.threat_kind}`)} · {t('since', { time: formatTime(block.created_at) })} ·{' '}
          {block.kind === 'session' ? t('until_proof') : t('until', { time: formatTime(block.expires_at) })}
        </p>
        {lift.error && <ErrorNotice error={lift.error} />}
      </div>
      <div className="flex gap-2">
        <Button size="small" onClick={() => onThreat(block.threat_id)}>
          {t('see_threat')}
        </Button>
        {mayLift && (
          <Button
            size="small"
            disabled={lift.isPending}
            aria-label={t('unblock_named', { name })}
            onClick={() => lift.mutate()}
          >
            {t('unblock')}
          </Button>
        )}
      </div>
    </li>
  );
}
