import type { Model } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Activity, BrainCircuit, Eye } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { useCrumbName } from '../../../components/frame/crumbs.ts';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Page, panelClass, Section } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { StageMark } from '../stage-mark.tsx';
import { MonitorDialog } from './monitor-dialog.tsx';
import { MonitorList } from './monitor-list.tsx';
import { monitorsQuery } from './monitoring-queries.ts';

/** Every model that is watched, and those in production that nobody watches. */
export function MonitoringPage() {
  const { t } = useTranslation('monitoring');
  useCrumbName(t('title'));
  const mayWatch = usePermission('models:write');
  const [watched, setWatched] = useState<Model | 'choose' | null>(null);
  const monitors = useQuery(monitorsQuery);
  const query = { limit: 200 };
  const models = useQuery({
    queryKey: queryKeys.modelList(query),
    queryFn: ({ signal }) => client.models.list({ query, signal }),
  });
  const error = monitors.error ?? models.error;
  const retry = () => void Promise.all([monitors.refetch(), models.refetch()]);
  const known = new Set(monitors.data?.items.map(({ model_id }) => model_id));
  const all = models.data?.items ?? [];
  const unwatched = all.filter(
    ({ model_id, stages }) => stages.production !== undefined && !known.has(model_id),
  );
  const isEmpty = monitors.data?.items.length === 0;
  return (
    <Page
      wide
      title={t('title')}
      intro={t('intro')}
      actions={
        mayWatch &&
        all.length > 0 &&
        !isEmpty && (
          <Button look="primary" onClick={() => setWatched('choose')}>
            <Eye size={16} aria-hidden />
            {t('watch')}
          </Button>
        )
      }
    >
      {error ? (
        <ErrorNotice error={error} onRetry={retry} />
      ) : monitors.data === undefined || models.data === undefined ? (
        <SkeletonRows rows={6} className="h-12" />
      ) : (
        <div className="grid grid-cols-1 gap-8">
          {isEmpty ? (
            <NothingWatched models={all} onWatch={mayWatch ? () => setWatched('choose') : null} />
          ) : (
            <MonitorList monitors={monitors.data.items} />
          )}
          {unwatched.length > 0 && (
            <Section title={t('unwatched')}>
              <ul className={`${panelClass} divide-y divide-line`}>
                {unwatched.map((model) => (
                  <li key={model.model_id} className="flex min-h-12 flex-wrap items-center gap-3 px-4 py-2">
                    <Link
                      to="/models/$modelId"
                      params={{ modelId: model.model_id }}
                      className="min-w-0 flex-1 basis-40 font-medium wrap-anywhere hover:text-accent"
                    >
                      {model.name}
                    </Link>
                    <StageMark stage="production" number={model.stages.production} />
                    {mayWatch && (
                      <Button
                        size="small"
                        aria-label={t('watch_named', { name: model.name })}
                        onClick={() => setWatched(model)}
                      >
                        {t('watch_short')}
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
            </Section>
          )}
        </div>
      )}
      {watched !== null && (
        <MonitorDialog
          models={watched === 'choose' ? all : [watched]}
          monitor={null}
          onClose={() => setWatched(null)}
        />
      )}
    </Page>
  );
}

function NothingWatched({ models, onWatch }: { models: readonly Model[]; onWatch: (() => void) | null }) {
  const { t } = useTranslation('monitoring');
  const { t: words } = useTranslation('models');
  return (
    <EmptyState
      icon={Activity}
      title={t('empty_title')}
      action={
        models.length === 0 ? (
          <Link to="/models/train" className={buttonClass({ look: 'primary' })}>
            <BrainCircuit size={16} aria-hidden />
            {words('train')}
          </Link>
        ) : (
          onWatch && (
            <Button look="primary" onClick={onWatch}>
              <Eye size={16} aria-hidden />
              {t('watch')}
            </Button>
          )
        )
      }
    >
      <p>{t('empty_text')}</p>
      {models.length === 0 && <p className="mt-2">{t('no_models')}</p>}
    </EmptyState>
  );
}
