import type { Metric } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Field, Input, inputClass, Select } from '../../components/field.tsx';
import { useCrumbName } from '../../components/frame/crumbs.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { cellClass, PlainTable } from '../../components/plain-table.tsx';
import { client } from '../../lib/client.ts';
import { allDatasetsQuery } from '../../lib/datasets.ts';
import { usePages } from '../../lib/pages.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission } from '../../lib/session.ts';

/** Numbers defined once, so that they mean the same wherever they are shown. */
export function MetricsPage() {
  const { t } = useTranslation('dashboards');
  useCrumbName(t('metrics'));
  const mayDefine = usePermission('metrics:write');
  const [edited, setEdited] = useState<Metric | 'new' | null>(null);
  const [decided, setDecided] = useState<{ metric: Metric; approval: Metric['approval'] } | null>(null);
  const queryClient = useQueryClient();
  const query = { limit: 100 };
  const pages = usePages(queryKeys.metricList(query), (cursor, signal) =>
    client.metrics.list({ query: { ...query, ...cursor }, signal }),
  );
  const refresh = () => queryClient.invalidateQueries({ queryKey: queryKeys.metrics });
  const hidden = `${cellClass} max-md:hidden`;
  return (
    <Page
      title={t('metrics')}
      intro={t('metrics_intro')}
      actions={
        mayDefine && (
          <Button look="primary" onClick={() => setEdited('new')}>
            <Plus size={16} aria-hidden />
            {t('metric_new')}
          </Button>
        )
      }
    >
      <PagedList
        pages={pages}
        empty={
          <EmptyState
            icon={ShieldCheck}
            title={t('metrics_empty_title')}
            action={mayDefine && <Button onClick={() => setEdited('new')}>{t('metric_new')}</Button>}
          >
            {t('metrics_empty_text')}
          </EmptyState>
        }
      >
        {(items) => (
          <PlainTable
            label={t('metrics')}
            headings={[
              { label: t('name') },
              { label: t('metric_definition'), className: hidden },
              { label: t('dataset'), className: hidden },
              { label: t('status') },
              { label: t('actions'), unseen: true },
            ]}
          >
            {items.map((metric) => (
              <tr key={metric.metric_id}>
                <td className={cellClass}>
                  <p className="font-medium">{metric.name}</p>
                  <p className="text-small text-ink-faint">{metric.description}</p>
                </td>
                <td className={hidden}>
                  <code className="font-mono text-small wrap-anywhere">{metric.expression}</code>
                  {metric.unit !== null && <span className="ms-2 text-ink-faint">{metric.unit}</span>}
                </td>
                <td className={hidden}>{metric.dataset_name}</td>
                <td className={cellClass}>
                  <Badge tone={metric.approval === 'approved' ? 'accent' : 'plain'}>
                    {metric.approval === 'approved' && <ShieldCheck size={12} aria-hidden />}
                    {t(metric.approval === 'approved' ? 'governed' : `metric_${metric.approval}`)}
                  </Badge>
                  {metric.approved_by?.name && (
                    <p className="text-small text-ink-faint">{metric.approved_by.name}</p>
                  )}
                </td>
                <td className={`${cellClass} text-end whitespace-nowrap`}>
                  {metric.may_approve && metric.approval !== 'approved' && (
                    <Button size="small" onClick={() => setDecided({ metric, approval: 'approved' })}>
                      {t('metric_approve')}
                    </Button>
                  )}
                  {metric.may_approve && metric.approval === 'approved' && (
                    <Button size="small" onClick={() => setDecided({ metric, approval: 'retired' })}>
                      {t('metric_retire')}
                    </Button>
                  )}
                  {metric.may_change && (
                    <Button size="small" look="quiet" className="ms-1" onClick={() => setEdited(metric)}>
                      {t('metric_change')}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </PlainTable>
        )}
      </PagedList>
      {edited !== null && (
        <MetricForm
          metric={edited === 'new' ? null : edited}
          onClose={() => setEdited(null)}
          onDone={refresh}
        />
      )}
      {decided !== null && (
        <ConfirmDialog
          title={t(decided.approval === 'approved' ? 'metric_approve_title' : 'metric_retire_title', {
            name: decided.metric.name,
          })}
          text={`${decided.metric.expression}${decided.metric.unit === null ? '' : ` (${decided.metric.unit})`}`}
          button={t(decided.approval === 'approved' ? 'metric_approve' : 'metric_retire')}
          reason={t('metric_note')}
          run={(note) =>
            client.metrics
              .approve({
                params: { id: decided.metric.metric_id },
                body: { approval: decided.approval, revision: decided.metric.revision, note },
              })
              .then(refresh)
          }
          onClose={() => setDecided(null)}
        />
      )}
    </Page>
  );
}

function MetricForm({
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
          <Field label={t('name')}>
            {(props) => (
              <Input
                {...props}
                required
                maxLength={120}
                value={form.name}
                onChange={({ target }) => set({ name: target.value })}
              />
            )}
          </Field>
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
          <Field label={t('unit')}>
            {(props) => (
              <Input
                {...props}
                maxLength={40}
                value={form.unit}
                onChange={({ target }) => set({ unit: target.value })}
              />
            )}
          </Field>
          <Field label={t('description')}>
            {(props) => (
              <Input
                {...props}
                maxLength={2000}
                value={form.description}
                onChange={({ target }) => set({ description: target.value })}
              />
            )}
          </Field>
          <Field label={t('metric_synonyms')} hint={t('metric_synonyms_hint')}>
            {(props) => (
              <Input
                {...props}
                value={form.synonyms}
                onChange={({ target }) => set({ synonyms: target.value })}
              />
            )}
          </Field>
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
