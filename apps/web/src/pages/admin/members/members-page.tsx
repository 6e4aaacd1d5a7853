import type { Member, RoleDocument } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Download, UserRoundSearch } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { buttonClass } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Input, Select } from '../../../components/field.tsx';
import { Page } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { ProofProvider } from '../../../components/proof.tsx';
import { client } from '../../../lib/client.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { InviteButton, PendingInvitations } from './invitations.tsx';
import { MemberDialog } from './member-dialog.tsx';
import { MemberTable } from './member-table.tsx';

const route = getRouteApi('/frame/admin/members');

export function useAllRoles(): readonly RoleDocument[] {
  const mayRead = usePermission('roles:read');
  const { data } = useQuery({
    queryKey: queryKeys.roles,
    queryFn: ({ signal }) => client.access.listRoles({ query: { limit: 200 }, signal }),
    enabled: mayRead,
  });
  return data?.items ?? [];
}

/** Who belongs to the organisation, what they may do, and since when they were seen. */
export function MembersPage() {
  const { t } = useTranslation('admin');
  const { search, role, status } = route.useSearch();
  const navigate = route.useNavigate();
  const roles = useAllRoles();
  const mayReview = usePermission('access:review');
  const mayChange = usePermission('members:write');
  const [edited, setEdited] = useState<Member | null>(null);
  const query = {
    limit: 50,
    ...(search !== undefined && { search }),
    ...(role !== undefined && { role }),
    ...(status !== undefined && { status }),
  };
  const pages = usePages<Member>(queryKeys.memberList(query), (cursor, signal) =>
    client.members.list({ query: { ...query, ...cursor }, signal }),
  );
  const filter = (change: Partial<{ search: string; role: string; status: 'active' | 'deactivated' }>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <Page
      wide
      title={t('members')}
      intro={t('members_intro')}
      actions={
        <>
          {mayReview && (
            <a href="/api/v1/access/review/export" download className={buttonClass({})}>
              <Download size={16} aria-hidden />
              {t('export_review')}
            </a>
          )}
          {mayChange && <InviteButton roles={roles} />}
        </>
      }
    >
      <div className="mb-4 flex flex-wrap gap-2">
        <Input
          type="search"
          aria-label={t('find_member')}
          placeholder={t('find_member')}
          defaultValue={search ?? ''}
          onChange={({ target }) => filter({ search: target.value.trim() })}
          className="sm:max-w-72"
        />
        <Select
          aria-label={t('role')}
          value={role ?? ''}
          onChange={({ target }) => filter({ role: target.value })}
          className="sm:max-w-48"
        >
          <option value="">{t('every_role')}</option>
          {roles.map((each) => (
            <option key={each.role} value={each.role}>
              {each.name}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t('status')}
          value={status ?? ''}
          onChange={({ target }) => filter({ status: target.value as 'active' })}
          className="sm:max-w-48"
        >
          <option value="">{t('every_status')}</option>
          <option value="active">{t('status_active')}</option>
          <option value="deactivated">{t('status_deactivated')}</option>
        </Select>
      </div>
      <PagedList
        pages={pages}
        empty={
          <EmptyState icon={UserRoundSearch} title={t('no_member')}>
            {t('no_member_text')}
          </EmptyState>
        }
      >
        {(members) => (
          <ProofProvider>
            <MemberTable members={members} onEdit={setEdited} />
          </ProofProvider>
        )}
      </PagedList>
      <PendingInvitations roles={roles} mayRevoke={mayChange} />
      <MemberDialog member={edited} roles={roles} onClose={() => setEdited(null)} />
    </Page>
  );
}
