import type { SourceImport, SourceSelection } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { MoreHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button, buttonClass } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../../components/menu.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { client } from '../../../lib/client.ts';
import { formatTime } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';
import { ScheduleField } from './schedule-field.tsx';

/** What is imported from a connection, when next, and what its columns became. */
export function ImportList({ connectionId, mayChange }: { connectionId: string; mayChange: boolean }) {
  const { t } = useTranslation('connections');
  const pages = usePages<SourceImport>(queryKeys.sourceImports(connectionId, 'imports'), (cursor, signal) =>
    client.connections.imports({ params: { id: connectionId }, query: { limit: 50, ...cursor }, signal }),
  );
  return (
    <Section title={t('imports')}>
      <PagedList
        pages={pages}
        skeleton={{ rows: 2, className: 'h-16' }}
        empty={<p className="text-ink-soft">{t('no_imports')}</p>}
      >
        {(imports) => (
          <ul className={`${panelClass} divide-y divide-line`}>
            {imports.map((each) => (
              <ImportLine key={each.import_id} each={each} mayChange={mayChange} />
            ))}
          </ul>
        )}
      </PagedList>
    </Section>
  );
}

export const selectionText = (selection: SourceSelection): string =>
  selection.kind === 'query'
    ? selection.sql
    : [selection.schema, selection.table].filter((part) => part !== '').join('.');

function ImportLine({ each, mayChange }: { each: SourceImport; mayChange: boolean }) {
  const { t } = useTranslation('connections');
  const [task, setTask] = useState<'schedule' | 'remove' | null>(null);
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: queryKeys.sources });
  const params = { id: each.connection_id, import_id: each.import_id };
  const run = useMutation({
    mutationFn: (accept_changes: boolean) =>
      client.connections.runImport({ params, body: { accept_changes } }),
    onError: (error) => toast(error.message, { tone: 'critical' }),
    onSettled: refresh,
  });
  const changed = each.last_run?.error?.code === 'SOURCE_CHANGED';
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">
          {each.dataset_id === null ? (
            each.dataset_name
          ) : (
            <Link to="/data/$datasetId" params={{ datasetId: each.dataset_id }} className="hover:underline">
              {each.dataset_name}
            </Link>
          )}
          <Badge>{t(`mode_${each.mode}`)}</Badge>
          {each.running_job_id !== null && <Badge tone="accent">{t('running')}</Badge>}
          {changed && <Badge tone="warning">{t('columns_changed')}</Badge>}
        </p>
        <p className="line-clamp-2 font-mono text-small wrap-anywhere text-ink-faint">
          {selectionText(each.selection)}
        </p>
        <p className="text-small text-ink-soft">
          {each.next_at === null
            ? t('not_scheduled')
            : t('next_at', { time: formatTime(each.next_at), schedule: each.schedule ?? '' })}
          {each.cursor !== null &&
            ` · ${t('cursor_at', { column: each.cursor_column ?? '', value: each.cursor })}`}
        </p>
        {each.last_run?.error != null && (
          <p className="mt-1 text-small wrap-anywhere text-critical">{each.last_run.error.message}</p>
        )}
      </div>
      {mayChange && (
        <div className="flex shrink-0 flex-wrap items-center gap-2">
          {changed && (
            <Button size="small" disabled={run.isPending} onClick={() => run.mutate(true)}>
              {t('accept_changes')}
            </Button>
          )}
          <Button
            size="small"
            disabled={run.isPending || each.running_job_id !== null}
            onClick={() => run.mutate(false)}
          >
            {t('run_now')}
          </Button>
          <Menu>
            <MenuTrigger
              aria-label={t('more_of', { name: each.dataset_name })}
              className={buttonClass({ look: 'quiet', size: 'icon' })}
            >
              <MoreHorizontal size={16} aria-hidden />
            </MenuTrigger>
            <MenuContent>
              <MenuItem onSelect={() => setTask('schedule')}>{t('change_schedule')}</MenuItem>
              <MenuItem tone="critical" onSelect={() => setTask('remove')}>
                {t('remove_import')}
              </MenuItem>
            </MenuContent>
          </Menu>
        </div>
      )}
      {task === 'schedule' && <ScheduleDialog each={each} onClose={() => setTask(null)} onDone={refresh} />}
      {task === 'remove' && (
        <ConfirmDialog
          title={t('remove_import_title', { name: each.dataset_name })}
          text={t('remove_import_text')}
          button={t('remove_import')}
          danger
          onClose={() => setTask(null)}
          run={async () => {
            await client.connections.removeImport({ params });
            await refresh();
          }}
        />
      )}
    </li>
  );
}

function ScheduleDialog({
  each,
  onClose,
  onDone,
}: {
  each: SourceImport;
  onClose: () => void;
  onDone: () => Promise<void>;
}) {
  const { t } = useTranslation('connections');
  const [schedule, setSchedule] = useState(each.schedule);
  return (
    <ConfirmDialog
      title={t('change_schedule')}
      text={each.dataset_name}
      button={t('save_schedule')}
      onClose={onClose}
      run={async () => {
        const params = { id: each.connection_id, import_id: each.import_id };
        await client.connections.changeImport({ params, body: { schedule } });
        await onDone();
      }}
    >
      <ScheduleField value={schedule} onChange={setSchedule} />
    </ConfirmDialog>
  );
}
