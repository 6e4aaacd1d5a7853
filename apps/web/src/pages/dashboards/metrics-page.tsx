import type { Metric } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { Plus, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { useCrumbName } from '../../components/frame/crumbs.ts';
import { Page } from '../../components/page.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { cellClass, PlainTable } from '../../components/plain-table.tsx';
import { client } from '../../lib/client.ts';
import { usePages } from '../../lib/pages.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission } from '../../lib/session.ts';
import { MetricForm } from './metric-form.tsx';

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
