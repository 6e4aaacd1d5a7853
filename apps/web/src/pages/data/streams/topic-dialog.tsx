import type { Topic } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Field, Input, inputClass, Select } from '../../../components/field.tsx';
import { FormEnd } from '../../../components/form-end.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { readColumns } from './column-lines.ts';

const example = 'happened timestamp !\npatient text !\ncelsius number\nbeats integer';

/**
 * Makes a topic, its name, its columns and what becomes of what does not fit them; or changes one that is there, to
 * which columns are only added.
 */
export function TopicDialog({
  present,
  onDone,
  onClose,
}: {
  present: Topic | null;
  onDone: (topic: Topic) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('streams');
  const queryClient = useQueryClient();
  const [name, setName] = useState(present?.name ?? '');
  const [description, setDescription] = useState(present?.description ?? '');
  const [lines, setLines] = useState(present === null ? example : '');
  const [timeColumn, setTimeColumn] = useState('happened');
  const [onInvalid, setOnInvalid] = useState(present?.on_invalid ?? 'refuse_batch');
  const [hours, setHours] = useState(String(present?.retention.hours ?? 168));
  const [megabytes, setMegabytes] = useState(String(present?.retention.megabytes ?? 1024));
  const addsNone = present !== null && lines.trim() === '';
  const read = addsNone ? { columns: [] } : readColumns(lines, present === null);
  const columns = 'columns' in read ? read.columns : [];
  const times = columns.filter(({ type, required }) => type === 'timestamp' && required);
  const chosen = times.some((each) => each.name === timeColumn) ? timeColumn : '';
  const settings = {
    description,
    on_invalid: onInvalid,
    retention: { hours: Number(hours), megabytes: Number(megabytes) },
  };
  const send = useMutation({
    mutationFn: () =>
      present === null
        ? client.streams.create({
            body: { ...settings, name, columns, time_column: chosen === '' ? null : chosen },
          })
        : client.streams.change({
            params: { id: present.topic_id },
            body: { ...settings, ...(columns.length > 0 && { add_columns: columns }) },
          }),
    onSuccess: async (topic) => {
      await queryClient.invalidateQueries({ queryKey: queryKeys.topics });
      onDone(topic);
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        side
        title={t(present === null ? 'add' : 'edit')}
        description={t(present === null ? 'intro' : 'edit_about')}
      >
        <form
          className="grid grid-cols-1 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            send.mutate();
          }}
        >
          {present === null && (
            <Field label={t('name')} hint={t('name_hint')}>
              {(props) => (
                <Input
                  {...props}
                  required
                  pattern="[a-z][a-z0-9._\-]*"
                  maxLength={80}
                  value={name}
                  onChange={({ target }) => setName(target.value)}
                />
              )}
            </Field>
          )}
          <Field label={t('description')}>
            {(props) => (
              <Input
                {...props}
                maxLength={2000}
                value={description}
                onChange={({ target }) => setDescription(target.value)}
              />
            )}
          </Field>
          <Field
            label={t(present === null ? 'columns' : 'columns_added')}
            hint={t(present === null ? 'columns_hint' : 'columns_added_hint')}
            error={'wrongLine' in read ? t('column_line_wrong', { line: read.wrongLine }) : null}
          >
            {(props) => (
              <textarea
                {...props}
                required={present === null}
                rows={present === null ? 6 : 3}
                spellCheck={false}
                value={lines}
                onChange={({ target }) => setLines(target.value)}
                className={`${inputClass} h-auto py-1.5 font-mono`}
              />
            )}
          </Field>
          {present === null && (
            <Field label={t('time_column')}>
              {(props) => (
                <Select {...props} value={chosen} onChange={({ target }) => setTimeColumn(target.value)}>
                  <option value="">{t('time_received')}</option>
                  {times.map((each) => (
                    <option key={each.name}>{each.name}</option>
                  ))}
                </Select>
              )}
            </Field>
          )}
          <Field label={t('on_invalid')}>
            {(props) => (
              <Select
                {...props}
                value={onInvalid}
                onChange={({ target }) => setOnInvalid(target.value as Topic['on_invalid'])}
              >
                <option value="refuse_batch">{t('on_invalid_refuse_batch')}</option>
                <option value="skip">{t('on_invalid_skip')}</option>
              </Select>
            )}
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <NumberField label={t('retention_hours')} max={8760} value={hours} onChange={setHours} />
            <NumberField
              label={t('retention_megabytes')}
              max={1_048_576}
              value={megabytes}
              onChange={setMegabytes}
            />
          </div>
          <FormEnd
            error={send.error}
            button={
              present === null
                ? t(send.isPending ? 'creating' : 'create')
                : t(send.isPending ? 'saving' : 'save')
            }
            disabled={send.isPending || (columns.length === 0 && !addsNone)}
            onCancel={onClose}
          />
        </form>
      </DialogContent>
    </Dialog>
  );
}

function NumberField({
  label,
  max,
  value,
  onChange,
}: {
  label: string;
  max: number;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <Field label={label}>
      {(props) => (
        <Input
          {...props}
          type="number"
          required
          min={1}
          max={max}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
