import { type Explanation, isPermission, meaningOf } from '@stroma/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { CircleCheck, CircleX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../../components/facts.tsx';
import { Field, Input, Select } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { panelClass } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatCount, formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission, useSession } from '../../../lib/session.ts';
import { MemberPicker } from '../members/member-picker.tsx';
import { permissionGroups } from './permission-groups.ts';

const route = getRouteApi('/frame/admin/roles');
const first = 'datasets:read';

/** "Why can I (not)?": a person, a permission, a thing; the answer, the rule, and what would help. */
export function Explainer() {
  const { t } = useTranslation('admin');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const session = useSession();
  const mayAskForOthers = usePermission('access:review');
  const maySeeMembers = usePermission('members:read');
  const self = { id: session?.user.user_id ?? '', label: session?.user.name ?? '' };
  const permission = isPermission(search.explain ?? '') ? (search.explain as typeof first) : first;
  const datasets = useQuery({
    queryKey: queryKeys.datasetList({ limit: 200, sort: 'name' }),
    queryFn: ({ signal }) => client.datasets.list({ query: { limit: 200, sort: 'name' }, signal }),
  });
  const query = {
    explain: permission,
    ...(search.person !== undefined && mayAskForOthers && { user_id: search.person }),
    ...(search.resource !== undefined && { resource: search.resource }),
    ...(search.purpose !== undefined && { purpose: search.purpose }),
  };
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.explanation(query),
    queryFn: ({ signal }) => client.access.permissions({ query, signal }),
    placeholderData: keepPreviousData,
  });
  const ask = (change: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <div className={`${panelClass} grid items-start gap-x-4 gap-y-2 p-4 sm:grid-cols-2`}>
        {mayAskForOthers && maySeeMembers ? (
          <MemberPicker
            label={t('person')}
            value={search.person ?? self.id}
            known={self}
            status="any"
            onChange={(person) => ask({ person })}
          />
        ) : (
          <Field label={t('person')}>{(props) => <Input {...props} disabled value={self.label} />}</Field>
        )}
        <Field label={t('permission')} hint={meaningOf(permission)}>
          {(props) => (
            <Select {...props} value={permission} onChange={({ target }) => ask({ explain: target.value })}>
              {permissionGroups.map(({ resource, permissions }) => (
                <optgroup key={resource} label={resource}>
                  {permissions.map((each) => (
                    <option key={each} value={each}>
                      {each}
                    </option>
                  ))}
                </optgroup>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('thing')} hint={t('thing_hint')}>
          {(props) => (
            <Select
              {...props}
              value={search.resource ?? ''}
              onChange={({ target }) => ask({ resource: target.value })}
            >
              <option value="">{t('nothing_named')}</option>
              {datasets.data?.items.map(({ dataset_id, name }) => (
                <option key={dataset_id} value={dataset_id}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('purpose')} hint={t('purpose_hint')}>
          {(props) => (
            <Input
              {...props}
              maxLength={60}
              defaultValue={search.purpose ?? ''}
              onChange={({ target }) => ask({ purpose: target.value.trim() })}
            />
          )}
        </Field>
      </div>
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data?.explanation ? (
        <Answer explanation={data.explanation} />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </div>
  );
}

function Answer({ explanation }: { explanation: Explanation }) {
  const { t } = useTranslation('admin');
  const { allowed, reason, rule, role_name, user_name, attributes, roles_that_may, resource } = explanation;
  const Icon = allowed ? CircleCheck : CircleX;
  const { clearance, reach, own_only, sites, projects, access_from, access_until } = attributes;
  return (
    <div className="grid gap-4" aria-live="polite">
      <div
        className={`flex gap-3 rounded-lg border p-4 ${allowed ? 'border-good/30 bg-good-soft' : 'border-critical/30 bg-critical-soft'}`}
      >
        <Icon
          size={18}
          aria-hidden
          className={`mt-0.5 shrink-0 ${allowed ? 'text-good' : 'text-critical'}`}
        />
        <div className="min-w-0">
          <p className="font-medium">
            {t(allowed ? 'answer_yes' : 'answer_no', { name: user_name, thing: resource?.name ?? '' })}
          </p>
          <p className="text-ink-soft">{reason}</p>
          <p className="mt-2 text-small text-ink-soft">
            {t('by_rule')} <span className="font-mono">{rule}</span>: {t(`rule_${rule}`)}
          </p>
        </div>
      </div>
      <Facts
        facts={[
          [t('role'), role_name],
          [t('clearance'), t(`clearance_${clearance}`)],
          [t('reach'), t(`reach_${reach}`)],
          ...(own_only ? [[t('held_for'), t('own_only')] as const] : []),
          [t('sites'), sites === null ? t('every_site') : sites.join(', ')],
          [t('projects'), formatCount(projects)],
          ...(access_from === null ? [] : [[t('access_from'), formatTime(access_from)] as const]),
          ...(access_until === null ? [] : [[t('access_until'), formatTime(access_until)] as const]),
          [t('roles_that_may'), roles_that_may.map(({ name }) => name).join(', ')],
        ]}
      />
    </div>
  );
}
