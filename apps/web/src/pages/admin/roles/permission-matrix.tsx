import { meaningOf, type Permission, type RoleDocument } from '@stroma/contracts';
import { Check, Download, Minus, UserRound } from 'lucide-react';
import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Input, Select } from '../../../components/field.tsx';
import { panelClass } from '../../../components/page.tsx';
import { formatCount } from '../../../lib/format.ts';
import { saveFile, toCsv } from '../../../lib/table-export.ts';
import { permissionGroups } from './permission-groups.ts';
import type { EditedRole } from './roles-page.tsx';

type Shown = 'all' | 'built_in' | 'custom';

const markOf = (role: RoleDocument, permission: Permission): 'yes' | 'own' | 'no' =>
  role.own_only.includes(permission) ? 'own' : role.permissions.includes(permission) ? 'yes' : 'no';

/** Every role against every permission. */
export function PermissionMatrix({
  roles,
  onEdit,
}: {
  roles: readonly RoleDocument[];
  onEdit: ((role: EditedRole) => void) | null;
}) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation();
  const [wanted, setWanted] = useState('');
  const [shown, setShown] = useState<Shown>('all');
  const columns = roles.filter(({ built_in }) => shown === 'all' || built_in === (shown === 'built_in'));
  const text = wanted.trim().toLowerCase();
  const groups = permissionGroups.flatMap(({ resource, permissions }) => {
    const matching = permissions.filter((each) => `${each} ${meaningOf(each)}`.toLowerCase().includes(text));
    return matching.length === 0 ? [] : [{ resource, permissions: matching }];
  });
  const save = () =>
    saveFile(
      'permissions.csv',
      toCsv(
        [{ name: 'permission' }, { name: 'meaning' }, ...columns.map(({ name }) => ({ name }))].map(
          (each) => ({
            ...each,
            type: 'text' as const,
          }),
        ),
        groups.flatMap(({ permissions }) =>
          permissions.map((each) => [each, meaningOf(each), ...columns.map((role) => markOf(role, each))]),
        ),
      ),
    );
  return (
    <>
      <div className="mb-4 flex flex-wrap gap-2">
        <Input
          type="search"
          aria-label={t('find_permission')}
          placeholder={t('find_permission')}
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
          className="sm:max-w-72"
        />
        <Select
          aria-label={t('shown_roles')}
          value={shown}
          onChange={({ target }) => setShown(target.value as Shown)}
          className="sm:max-w-48"
        >
          <option value="all">{t('every_role')}</option>
          <option value="built_in">{t('built_in_roles')}</option>
          <option value="custom">{t('custom_roles')}</option>
        </Select>
        <Button onClick={save}>
          <Download size={16} aria-hidden />
          {common('export_csv')}
        </Button>
      </div>
      <Legend />
      {columns.length === 0 || groups.length === 0 ? (
        <p className={`${panelClass} p-6 text-ink-soft`}>
          {groups.length === 0 ? t('no_permission') : t('no_custom_role')}
        </p>
      ) : (
        <section
          aria-label={t('matrix')}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached by the keyboard
          tabIndex={0}
          className={`${panelClass} relative max-h-[42rem] overflow-auto`}
        >
          <table className="border-separate border-spacing-0">
            <thead>
              <tr>
                <th className="sticky start-0 top-0 z-20 min-w-44 border-e border-b border-line bg-surface px-3 py-2 text-start align-bottom sm:min-w-80">
                  {t('permission')}
                </th>
                {columns.map((role) => (
                  <RoleHead key={role.role} role={role} onEdit={onEdit} />
                ))}
              </tr>
            </thead>
            <tbody>
              {groups.map(({ resource, permissions }) => (
                <Fragment key={resource}>
                  {permissions.map((permission, index) => (
                    <tr key={permission} className="group">
                      <th
                        className={`sticky start-0 z-10 border-e border-line bg-surface px-3 py-1.5 text-start font-normal group-hover:bg-hover ${index === 0 ? 'border-t' : ''}`}
                      >
                        <span className="block font-mono text-small text-ink-soft">{permission}</span>
                        <span className="hidden sm:block">{meaningOf(permission)}</span>
                      </th>
                      {columns.map((role) => (
                        <td
                          key={role.role}
                          className={`border-line text-center group-hover:bg-hover ${index === 0 ? 'border-t' : ''}`}
                        >
                          <Mark mark={markOf(role, permission)} />
                        </td>
                      ))}
                    </tr>
                  ))}
                </Fragment>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}

function RoleHead({ role, onEdit }: { role: RoleDocument; onEdit: ((role: EditedRole) => void) | null }) {
  const { t } = useTranslation('admin');
  const { name, members, clearance, reach } = role;
  const facts = (
    <span className="mt-0.5 block text-small font-normal text-ink-faint">
      {t('members_count', { count: members, shown: formatCount(members) })}
      <br />
      {t(`clearance_${clearance}`)}
      <br />
      {t(`reach_${reach}`)}
    </span>
  );
  return (
    <th className="sticky top-0 z-10 w-32 min-w-32 border-b border-line bg-surface px-2 py-2 text-center align-top text-small font-medium">
      {onEdit === null ? (
        name
      ) : (
        <button
          type="button"
          onClick={() => onEdit(role)}
          className="rounded text-accent hover:underline"
          title={t(role.built_in ? 'copy_role' : 'change_role')}
        >
          {name}
        </button>
      )}
      {facts}
    </th>
  );
}

function Mark({ mark }: { mark: 'yes' | 'own' | 'no' }) {
  const { t } = useTranslation('admin');
  if (mark === 'no')
    return (
      <>
        <Minus size={14} aria-hidden className="inline text-line-strong opacity-40" />
        <span className="sr-only">{t('mark_no')}</span>
      </>
    );
  const Icon = mark === 'yes' ? Check : UserRound;
  return (
    <>
      <Icon size={16} aria-hidden className={`inline ${mark === 'yes' ? 'text-good' : 'text-info'}`} />
      <span className="sr-only">{t(`mark_${mark}`)}</span>
    </>
  );
}

function Legend() {
  const { t } = useTranslation('admin');
  return (
    <p aria-hidden className="mb-2 flex flex-wrap gap-x-6 gap-y-1 text-small text-ink-soft">
      {(['yes', 'own', 'no'] as const).map((mark) => (
        <span key={mark} className="inline-flex items-center gap-1.5">
          <Mark mark={mark} />
          {t(`mark_${mark}`)}
        </span>
      ))}
    </p>
  );
}
