import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { EntryForm } from '../../../components/entry-form.tsx';
import { Field, Input, Select } from '../../../components/field.tsx';
import { client } from '../../../lib/client.ts';
import { allDatasetsQuery } from '../../../lib/datasets.ts';
import { toast } from '../../../lib/toasts.ts';

/** What was so of rows that were predicted, joined from a dataset by a key that was sent with them. */
export function OutcomesDialog({ modelId, onClose }: { modelId: string; onClose: () => void }) {
  const { t } = useTranslation('monitoring');
  const { data: datasets } = useQuery(allDatasetsQuery);
  const [picked, setPicked] = useState('');
  const [key, setKey] = useState('');
  const [rowKey, setRowKey] = useState('');
  const [observed, setObserved] = useState('');
  const dataset = datasets?.items.find(({ dataset_id }) => dataset_id === picked);
  const names = dataset?.version.columns.map(({ name }) => name) ?? [];
  const send = useMutation({
    mutationFn: () =>
      client.modelOutcomes.fromDataset({
        params: { id: modelId },
        body: {
          dataset_id: picked,
          key,
          observed,
          ...(rowKey.trim() !== '' && rowKey.trim() !== key && { row_key: rowKey.trim() }),
        },
      }),
    onSuccess: () => {
      toast(t('outcomes_started'));
      onClose();
    },
  });
  const column = (label: string, value: string, set: (name: string) => void) => (
    <Field label={label}>
      {(field) => (
        <Select
          {...field}
          required
          disabled={dataset === undefined}
          value={value}
          onChange={({ target }) => set(target.value)}
        >
          <option value="" />
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      )}
    </Field>
  );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('outcomes_title')} description={t('outcomes_text')}>
        <EntryForm sending={send} button={t('bring')}>
          <Field label={t('dataset')}>
            {(field) => (
              <Select
                {...field}
                required
                value={picked}
                onChange={({ target }) => {
                  setPicked(target.value);
                  setKey('');
                  setObserved('');
                }}
              >
                <option value="" />
                {datasets?.items.map(({ dataset_id, name }) => (
                  <option key={dataset_id} value={dataset_id}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {column(t('key_column'), key, setKey)}
          <Field label={t('row_key')}>
            {(field) => (
              <Input
                {...field}
                maxLength={500}
                placeholder={key}
                value={rowKey}
                onChange={({ target }) => setRowKey(target.value)}
              />
            )}
          </Field>
          {column(t('observed_column'), observed, setObserved)}
        </EntryForm>
      </DialogContent>
    </Dialog>
  );
}
