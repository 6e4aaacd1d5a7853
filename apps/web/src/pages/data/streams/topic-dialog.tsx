import type { Topic } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Field, Input, inputClass, Select } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { readColumns } from './column-lines.ts';

const example = 'happened timestamp !\npatient text !\ncelsius number\nbeats integer';
const megabytes = 1024;

/** Makes a topic: its name, its columns and what becomes of what does not fit them. */
export function TopicDialog({ onDone, onClose }: { onDone: (topic: Topic) => void; onClose: () => void }) {
  const { t } = useTranslation('streams');
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [lines, setLines] = useState(example);
  const [timeColumn, setTimeColumn] = useState('happened');
  const [onInvalid, setOnInvalid] = useState<Topic['on_invalid']>('refuse_batch');
  const [hours, setHours] = useState('168');
  const read = readColumns(lines);
  const columns = 'columns' in read ? read.columns : [];
  const times = columns.filter(({ type, required }) => type === 'timestamp' && required);
  const chosen = times.some((each) => each.name === timeColumn) ? timeColumn : '';
  const create = useMutation({
    mutationFn: () =>
      client.streams.create({
        body: {
          name,
          description,
          columns,
          time_column: chosen === '' ? null : chosen,
          on_invalid: onInvalid,
          retention: { hours: Number(hours), megabytes },
        },
      }),
    onSuccess: async (topic) => {
      await queryClient.invalidateQueries({ queryKey: queryKeys.topics });
      onDone(topic);
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent side title={t('add')} description={t('intro')}>
        <form
          className="grid grid-cols-1 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate();
          }}
        >
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
            label={t('columns')}
            hint={t('columns_hint')}
            error={'wrongLine' in read ? t('column_line_wrong', { line: read.wrongLine }) : null}
          >
            {(props) => (
              <textarea
                {...props}
                required
                rows={6}
                spellCheck={false}
                value={lines}
                onChange={({ target }) => setLines(target.value)}
                className={`${inputClass} h-auto py-1.5 font-mono`}
              />
            )}
          </Field>
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
          <Field label={t('retention_hours')}>
            {(props) => (
              <Input
                {...props}
                type="number"
                required
                min={1}
                max={8760}
                value={hours}
                onChange={({ target }) => setHours(target.value)}
              />
            )}
          </Field>
          {create.error !== null && <ErrorNotice error={create.error} />}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>{t('cancel')}</Button>
            <Button type="submit" look="primary" disabled={create.isPending || columns.length === 0}>
              {t(create.isPending ? 'creating' : 'create')}
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  );
}
