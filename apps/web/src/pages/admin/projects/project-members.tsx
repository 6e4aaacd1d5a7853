import { type Project, type ProjectRole, projectRoles } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { UserRoundPlus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { Field, Select } from '../../../components/field.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { cellClass, PlainTable } from '../../../components/plain-table.tsx';
import { client } from '../../../lib/client.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';
import { MemberPicker } from '../members/member-picker.tsx';

type People = { user_id: string; role: ProjectRole }[];

/** Who belongs to the project, as what; each change can be undone with one click. */
export function ProjectMembers({
  project,
  onChanged,
}: {
  project: Project;
  onChanged: (next: Project) => Promise<void>;
}) {
  const { t } = useTranslation('projects');
  const { t: common } = useTranslation();
  const maySeeMembers = usePermission('members:read');
  const [adding, setAdding] = useState(false);
  const { project_id, members, may_change, archived_at } = project;
  const present: People = members.map(({ user_id, role }) => ({ user_id, role }));
  const set = (people: People) =>
    client.projects.update({ params: { id: project_id }, body: { members: people } });
  const change = useMutation({
    mutationFn: ({ people }: { people: People; done: string; undo: People | null }) => set(people),
    onSuccess: async (next, { done, undo }) => {
      const takeBack =
        undo === null
          ? {}
          : {
              action: {
                label: common('undo'),
                run: () => change.mutate({ people: undo, done: t('taken_back'), undo: null }),
              },
            };
      toast(done, takeBack);
      await onChanged(next);
    },
  });
  const open = may_change && archived_at === null;
  return (
    <Section
      title={t('members')}
      note={t('members_note')}
      actions={
        open &&
        maySeeMembers && (
          <Button size="small" onClick={() => setAdding(true)}>
            <UserRoundPlus size={14} aria-hidden />
            {t('add_member')}
          </Button>
        )
      }
    >
      {change.error ? (
        <div className="mb-3">
          <ErrorNotice error={change.error} />
        </div>
      ) : null}
      <PlainTable
        label={t('members')}
        headings={[{ label: t('person') }, { label: t('role') }, { label: t('actions'), unseen: true }]}
      >
        {members.map(({ user_id, name, role }) => (
          <tr key={user_id}>
            <td className={`${cellClass} font-medium wrap-anywhere`}>{name}</td>
            <td className={cellClass}>
              {open ? (
                <Select
                  aria-label={t('role_of', { name })}
                  value={role}
                  disabled={change.isPending}
                  onChange={({ target }) => {
                    const next = target.value as ProjectRole;
                    const people = present.map((each) =>
                      each.user_id === user_id ? { user_id, role: next } : each,
                    );
                    const done = t('role_changed', { name, role: t(`role_${next}`) });
                    change.mutate({ people, done, undo: present });
                  }}
                  className="max-w-40"
                >
                  {projectRoles.map((each) => (
                    <option key={each} value={each}>
                      {t(`role_${each}`)}
                    </option>
                  ))}
                </Select>
              ) : (
                t(`role_${role}`)
              )}
            </td>
            <td className={`${cellClass} w-12 text-end`}>
              {open && (
                <IconButton
                  icon={X}
                  label={t('take_out', { name })}
                  onClick={() =>
                    change.mutate({
                      people: present.filter((each) => each.user_id !== user_id),
                      done: t('taken_out', { name }),
                      undo: present,
                    })
                  }
                />
              )}
            </td>
          </tr>
        ))}
      </PlainTable>
      <p className="mt-2 text-small text-ink-faint">{t('roles_text')}</p>
      {adding && (
        <AddDialog
          without={present.map(({ user_id }) => user_id)}
          onClose={() => setAdding(false)}
          onAdd={async (added) => onChanged(await set([...present, added]))}
        />
      )}
    </Section>
  );
}

function AddDialog({
  without,
  onAdd,
  onClose,
}: {
  without: readonly string[];
  onAdd: (added: People[number]) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useTranslation('projects');
  const [person, setPerson] = useState('');
  const [role, setRole] = useState<ProjectRole>('member');
  return (
    <ConfirmDialog
      title={t('add_member')}
      text={t('add_member_text')}
      button={t('add')}
      ready={person !== ''}
      onClose={onClose}
      run={() => onAdd({ user_id: person, role })}
    >
      <MemberPicker label={t('person')} value={person} without={without} onChange={setPerson} />
      <Field label={t('role')} hint={t(`role_${role}_text`)}>
        {(props) => (
          <Select {...props} value={role} onChange={({ target }) => setRole(target.value as ProjectRole)}>
            {projectRoles.map((each) => (
              <option key={each} value={each}>
                {t(`role_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </ConfirmDialog>
  );
}
