import { getRouteApi, Link } from '@tanstack/react-router';
import { Activity, BrainCircuit, FileUp, Layers } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../components/button.tsx';
import { Page } from '../../components/page.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { usePermission } from '../../lib/session.ts';
import { ExperimentList } from './experiments/experiment-list.tsx';
import { ModelList } from './model-list.tsx';
import { RunningTrainings } from './training/running-trainings.tsx';

const route = getRouteApi('/frame/models');

/** Registered models, and the experiments they came from. */
export function ModelsPage() {
  const { t } = useTranslation('models');
  const { view = 'models', search = '', deleted = false } = route.useSearch();
  const navigate = route.useNavigate();
  const mayTrain = usePermission('models:write');
  return (
    <Page
      title={t('title')}
      intro={t('intro')}
      actions={
        <>
          <Link to="/models/monitoring" className={buttonClass({})}>
            <Activity size={16} aria-hidden />
            {t('monitoring')}
          </Link>
          <Link to="/models/features" className={buttonClass({})}>
            <Layers size={16} aria-hidden />
            {t('feature_store')}
          </Link>
          {mayTrain && (
            <Link to="/models/import" className={buttonClass({})}>
              <FileUp size={16} aria-hidden />
              {t('import')}
            </Link>
          )}
          {mayTrain && (
            <Link to="/models/train" className={buttonClass({ look: 'primary' })}>
              <BrainCircuit size={16} aria-hidden />
              {t('train')}
            </Link>
          )}
        </>
      }
    >
      <RunningTrainings />
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <Segmented
          label={t('view')}
          value={view}
          onChange={(next) =>
            void navigate({ search: next === 'experiments' ? { view: next } : {}, replace: true })
          }
          options={[
            { value: 'models', label: t('models') },
            { value: 'experiments', label: t('experiments') },
          ]}
        />
        <SearchField
          label={t(view === 'models' ? 'find_models' : 'find_experiments')}
          value={search}
          onText={(text) =>
            void navigate({
              search: (now) => ({ ...now, search: text || undefined }) as typeof now,
              replace: true,
            })
          }
        />
        {view === 'models' && mayTrain && (
          <Button
            look="quiet"
            aria-pressed={deleted}
            onClick={() => void navigate({ search: deleted ? {} : { deleted: true }, replace: true })}
          >
            {t(deleted ? 'hide_deleted' : 'show_deleted')}
          </Button>
        )}
      </div>
      {view === 'models' ? (
        <ModelList search={search} deleted={deleted} />
      ) : (
        <ExperimentList search={search} />
      )}
    </Page>
  );
}
