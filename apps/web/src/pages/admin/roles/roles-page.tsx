import type { RoleDocument } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Page, Section } from '../../../components/page.tsx';
import { ProofProvider } from '../../../components/proof.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { Explainer } from './explainer.tsx';
import { PermissionMatrix } from './permission-matrix.tsx';
import { RoleDialog } from './role-dialog.tsx';
import { SecondFactorPolicyPanel } from './second-factor-policy.tsx';

/** A role to start from, `new`, or none. */
export type EditedRole = RoleDocument | 'new' | null;

/** What each role may do, roles of one's own making, and why somebody can or cannot. */
export function RolesPage() {
  const { t } = useTranslation('admin');
  const mayChange = usePermission('roles:write');
  const maySeePolicy = usePermission('security:read');
  const [edited, setEdited] = useState<EditedRole>(null);
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.roles,
    queryFn: ({ signal }) => client.access.listRoles({ query: { limit: 200 }, signal }),
  });
  return (
    <Page
      wide
      title={t('roles')}
      intro={t('roles_intro')}
      actions={
        mayChange && (
          <Button look="primary" onClick={() => setEdited('new')}>
            <Plus size={16} aria-hidden />
            {t('new_role')}
          </Button>
        )
      }
    >
      <div className="grid grid-cols-1 gap-10">
        <Section title={t('why')} note={t('why_note')}>
          <Explainer />
        </Section>
        <Section title={t('matrix')} note={t('matrix_note')}>
          {error ? (
            <ErrorNotice error={error} onRetry={() => void refetch()} />
          ) : data === undefined ? (
            <SkeletonRows rows={12} className="h-8" />
          ) : (
            <PermissionMatrix roles={data.items} onEdit={mayChange ? setEdited : null} />
          )}
        </Section>
        {maySeePolicy && (
          <ProofProvider>
            <SecondFactorPolicyPanel />
          </ProofProvider>
        )}
      </div>
      <RoleDialog edited={edited} onClose={() => setEdited(null)} />
    </Page>
  );
}
