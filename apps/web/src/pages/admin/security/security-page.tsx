import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page } from '../../../components/page.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { type SecurityView, securityViews } from '../../../search-parameters.ts';
import { BlockList } from './block-list.tsx';
import { PolicyForm } from './policy-form.tsx';
import { SettingList } from './setting-list.tsx';
import { ThreatList } from './threat-list.tsx';

const route = getRouteApi('/frame/admin/security');

/** What was noticed, what is done about it by itself, who is shut out, and the rules of the way in. */
export function SecurityPage() {
  const { t } = useTranslation('security');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const view: SecurityView = search.view ?? 'threats';
  return (
    <Page wide title={t('title')} intro={t('intro')}>
      <div className="mb-6 overflow-x-auto">
        <Segmented
          label={t('views')}
          value={view}
          options={securityViews.map((value) => ({ value, label: t(`view_${value}`) }))}
          onChange={(next) => void navigate({ search: next === 'threats' ? {} : { view: next } })}
        />
      </div>
      {view === 'threats' && (
        <ThreatList search={search} onChange={(next) => void navigate({ search: next, replace: true })} />
      )}
      {view === 'policy' && <PolicyForm />}
      {view === 'blocks' && <BlockList onThreat={(threat) => void navigate({ search: { threat } })} />}
      {view === 'rules' && <SettingList />}
    </Page>
  );
}
