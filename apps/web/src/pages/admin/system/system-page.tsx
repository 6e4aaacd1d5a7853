import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page } from '../../../components/page.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { type SystemView, systemViews } from '../../../search-parameters.ts';
import { Configuration } from './configuration.tsx';
import { ErrorList } from './error-list.tsx';
import { SystemHistory } from './system-history.tsx';
import { SystemNow } from './system-now.tsx';

const route = getRouteApi('/frame/admin/system');

/** How the installation stands now and stood for a day, what failed in it, and the settings in force. */
export function SystemPage() {
  const { t } = useTranslation('system');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const view: SystemView = search.view ?? 'now';
  return (
    <Page wide title={t('title')} intro={t('intro')}>
      <div className="mb-6 overflow-x-auto">
        <Segmented
          label={t('views')}
          value={view}
          options={systemViews.map((value) => ({ value, label: t(`view_${value}`) }))}
          onChange={(next) => void navigate({ search: next === 'now' ? {} : { view: next } })}
        />
      </div>
      {view === 'now' && <SystemNow />}
      {view === 'history' && <SystemHistory />}
      {view === 'errors' && (
        <ErrorList search={search} onChange={(next) => void navigate({ search: next, replace: true })} />
      )}
      {view === 'configuration' && <Configuration />}
    </Page>
  );
}
