import {
  type ChangePolicy,
  changePolicies,
  type DataConnection,
  type ImportMode,
  type SourceColumn,
  type SourceSelection,
} from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Field, Input, Select } from '../../../components/field.tsx';
import { FormEnd } from '../../../components/form-end.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';
import { ScheduleField } from './schedule-field.tsx';

const orderly = new Set(['integer', 'number', 'date', 'timestamp']);

/** What becomes of a table: the name of its dataset, all of it or what is new, once or again and again. */
export function ImportDialog({
  connection,
  selection,
  columns,
  onClose,
}: {
  connection: DataConnection;
  selection: SourceSelection;
  columns: readonly SourceColumn[];
  onClose: () => void;
}) {
  const { t } = useTranslation('connections');
  const queryClient = useQueryClient();
  const [name, setName] = useState(nameOf(connection, selection));
  const [mode, setMode] = useState<ImportMode>('full');
  const cursors = columns.filter(({ type }) => orderly.has(type));
  const [cursor, setCursor] = useState(cursors[0]?.name ?? '');
  const [schedule, setSchedule] = useState<string | null>(null);
  const [policy, setPolicy] = useState<ChangePolicy>('stop');
  const start = useMutation({
    mutationFn: () =>
      client.connections.import({
        params: { id: connection.connection_id },
        body: {
          selection,
          dataset_name: name,
          mode,
          ...(mode === 'incremental' && { cursor_column: cursor }),
          schedule,
          on_change: policy,
        },
      }),
    onSuccess: async () => {
      toast(t('import_started', { name }));
      onClose();
      await queryClient.invalidateQueries({ queryKey: queryKeys.sources });
      await queryClient.invalidateQueries({ queryKey: queryKeys.jobs });
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('import_title')} description={t('import_about')}>
        <form
          className="grid grid-cols-1 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            start.mutate();
          }}
        >
          <Field label={t('dataset_name')}>
            {(props) => (
              <Input
                {...props}
                required
                maxLength={200}
                value={name}
                onChange={({ target }) => setName(target.value)}
              />
            )}
          </Field>
          <div className="grid gap-1">
            <p className="font-medium">{t('mode')}</p>
            <div>
              <Segmented
                label={t('mode')}
                value={mode}
                options={(['full', ...(cursors.length > 0 ? (['incremental'] as const) : [])] as const).map(
                  (value) => ({
                    value,
                    label: t(`mode_${value}`),
                  }),
                )}
                onChange={setMode}
              />
            </div>
            <p className="text-small text-ink-faint">{t(`mode_${mode}_hint`)}</p>
          </div>
          {mode === 'incremental' && (
            <Field label={t('cursor_column')} hint={t('cursor_hint')}>
              {(props) => (
                <Select {...props} value={cursor} onChange={({ target }) => setCursor(target.value)}>
                  {cursors.map(({ name: column }) => (
                    <option key={column}>{column}</option>
                  ))}
                </Select>
              )}
            </Field>
          )}
          <ScheduleField value={schedule} onChange={setSchedule} />
          <Field label={t('on_change')} hint={t('on_change_hint')}>
            {(props) => (
              <Select
                {...props}
                value={policy}
                onChange={({ target }) => setPolicy(target.value as ChangePolicy)}
              >
                {changePolicies.map((each) => (
                  <option key={each} value={each}>
                    {t(`on_change_${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <FormEnd
            error={start.error}
            button={t('start_import')}
            disabled={start.isPending}
            onCancel={onClose}
          />
        </form>
      </DialogContent>
    </Dialog>
  );
}

function nameOf({ name }: DataConnection, selection: SourceSelection): string {
  if (selection.kind === 'query') return name;
  const last = selection.table.split('/').at(-1) ?? selection.table;
  return (
    last
      .replace(/\.[a-z]+(\.gz|\.zst)?$/i, '')
      .replace(/^\*$/, name)
      .slice(0, 200) || name
  );
}
