import type { Metric } from '@stroma/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { Field, inputClass, Select, TextField } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { allDatasetsQuery } from '../../lib/datasets.ts';

/** Defines a metric, or changes one, which makes it a draft again. */
export function MetricForm({
  metric,
  onClose,
  onDone,
}: {
  metric: Metric | null;
  onClose: () => void;
  onDone: () => Promise<unknown>;
}) {
  const { t } = useTranslation('dashboards');
  const datasets = useQuery(allDatasetsQuery);
  const [form, setForm] = useState({
    name: metric?.name ?? '',
    synonyms: metric?.synonyms.join(', ') ?? '',
    description: metric?.description ?? '',
    dataset_id: metric?.dataset_id ?? '',
    expression: metric?.expression ?? '',
    unit: metric?.unit ?? '',
  });
  const set = (part: Partial<typeof form>) => setForm((now) => ({ ...now, ...part }));
  const dataset_id = form.dataset_id || (datasets.data?.items[0]?.dataset_id ?? '');
  const columns = datasets.data?.items.find((each) => each.dataset_id === dataset_id)?.version.columns ?? [];
  const send = useMutation({
    mutationFn: () => {
      const body = {
        ...form,
        dataset_id,
        unit: form.unit.trim() || null,
        synonyms: form.synonyms
          .split(',')
          .map((each) => each.trim())
          .filter((each) => each !== ''),
      };
      return metric === null
        ? client.metrics.create({ body })
        : client.metrics.update({
            params: { id: metric.metric_id },
            body: { ...body, revision: metric.revision },
          });
    },
    onSuccess: async () => {
      await onDone();
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={t(metric === null ? 'metric_new' : 'metric_change')}
        description={t('metric_form_intro')}
      >
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            send.mutate();
          }}
        >
          <TextField
            label={t('name')}
            required
            maxLength={120}
            value={form.name}
            onText={(text) => set({ name: text })}
          />
          <Field label={t('dataset')}>
            {(props) => (
              <Select
                {...props}
                value={dataset_id}
                onChange={({ target }) => set({ dataset_id: target.value })}
              >
                {datasets.data?.items.map((each) => (
                  <option key={each.dataset_id} value={each.dataset_id}>
                    {each.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field
            label={t('metric_definition')}
            hint={t('metric_expression_hint', {
              columns: columns
                .slice(0, 8)
                .map(({ name }) => name)
                .join(', '),
            })}
          >
            {(props) => (
              <textarea
                {...props}
                required
                rows={2}
                spellCheck={false}
                maxLength={4000}
                placeholder="avg(body_mass_g)"
                value={form.expression}
                onChange={({ target }) => set({ expression: target.value })}
                className={`${inputClass} h-auto py-1.5 font-mono`}
              />
            )}
          </Field>
          <TextField
            label={t('unit')}
            maxLength={40}
            value={form.unit}
            onText={(text) => set({ unit: text })}
          />
          <TextField
            label={t('description')}
            maxLength={2000}
            value={form.description}
            onText={(text) => set({ description: text })}
          />
          <TextField
            label={t('metric_synonyms')}
            hint={t('metric_synonyms_hint')}
            value={form.synonyms}
            onText={(text) => set({ synonyms: text })}
          />
          {send.error && <ErrorNotice error={send.error} />}
          <Button
            type="submit"
            look="primary"
            className="justify-self-end"
            disabled={send.isPending || form.name.trim() === '' || form.expression.trim() === ''}
          >
            {t('save')}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
