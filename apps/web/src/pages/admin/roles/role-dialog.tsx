import {
  meaningOf,
  type Permission,
  type Reach,
  type RoleDocument,
  reaches,
  type Sensitivity,
  sensitivities,
} from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Field, Input, Select } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { useSession } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';
import { permissionGroups } from './permission-groups.ts';
import type { EditedRole } from './roles-page.tsx';

/** Makes a role, from nothing or from a built-in one, or changes a custom one. */
export function RoleDialog({ edited, onClose }: { edited: EditedRole; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const isNew = edited === 'new' || edited?.built_in === true;
  return (
    <Dialog open={edited !== null} onOpenChange={(open) => !open && onClose()}>
      {edited !== null && (
        <DialogContent
          side
          title={isNew ? t('new_role') : t('change_role_title', { name: (edited as RoleDocument).name })}
          description={
            edited !== 'new' && edited.built_in ? t('copy_role_text', { name: edited.name }) : t('role_text')
          }
        >
          <RoleForm key={edited === 'new' ? 'new' : edited.role} edited={edited} onClose={onClose} />
        </DialogContent>
      )}
    </Dialog>
  );
}

type Marks = ReadonlyMap<Permission, 'yes' | 'own'>;

function RoleForm({ edited, onClose }: { edited: RoleDocument | 'new'; onClose: () => void }) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation();
  const queryClient = useQueryClient();
  const mine = useSession()?.permissions ?? [];
  const start = edited === 'new' ? null : edited;
  const custom = start !== null && !start.built_in ? start : null;
  const [name, setName] = useState(
    start === null ? '' : start.built_in ? t('copy_of', { name: start.name }) : start.name,
  );
  const [description, setDescription] = useState(start?.description ?? '');
  const [clearance, setClearance] = useState<Sensitivity>(start?.clearance ?? 'internal');
  const [reach, setReach] = useState<Reach>(start?.reach ?? 'tenant');
  const [marks, setMarks] = useState<Marks>(
    () =>
      new Map(
        (start?.permissions ?? []).map((each) => [each, start?.own_only.includes(each) ? 'own' : 'yes']),
      ),
  );
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const mark = (permission: Permission, next: 'yes' | 'own' | 'no') =>
    setMarks((before) => {
      const after = new Map(before);
      if (next === 'no') after.delete(permission);
      else after.set(permission, next);
      return after;
    });
  const refresh = () =>
    Promise.all(
      [queryKeys.roles, queryKeys.members, queryKeys.permissions].map((queryKey) =>
        queryClient.invalidateQueries({ queryKey }),
      ),
    );
  const run = async (work: () => Promise<unknown>, done: string) => {
    setBusy(true);
    setError(null);
    try {
      await work();
      await refresh();
      toast(done);
      onClose();
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };
  const save = () => {
    const body = {
      name,
      description,
      clearance,
      reach,
      permissions: [...marks.keys()],
      own_only: [...marks].flatMap(([permission, held]) => (held === 'own' ? [permission] : [])),
    };
    void run(
      () =>
        custom === null
          ? client.access.createRole({ body })
          : client.access.updateRole({ params: { role: custom.role }, body }),
      t('role_saved', { name }),
    );
  };

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Field label={t('role_name')}>
        {(props) => (
          <Input
            {...props}
            required
            maxLength={80}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <Field label={t('role_description')}>
        {(props) => (
          <Input
            {...props}
            maxLength={1000}
            value={description}
            onChange={({ target }) => setDescription(target.value)}
          />
        )}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t('clearance')} hint={t('role_clearance_hint')}>
          {(props) => (
            <Select
              {...props}
              value={clearance}
              onChange={({ target }) => setClearance(target.value as Sensitivity)}
            >
              {sensitivities.map((each) => (
                <option key={each} value={each}>
                  {t(`clearance_${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('reach')} hint={t(`reach_${reach}_hint`)}>
          {(props) => (
            <Select {...props} value={reach} onChange={({ target }) => setReach(target.value as Reach)}>
              {reaches.map((each) => (
                <option key={each} value={each}>
                  {t(`reach_${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <fieldset className="min-w-0">
        <legend className="font-medium">{t('permissions_of_role', { count: marks.size })}</legend>
        <p className="mb-2 text-small text-ink-faint">{t('permissions_hint')}</p>
        <ul className="divide-y divide-line rounded-lg border border-line">
          {permissionGroups.flatMap(({ permissions }) =>
            permissions.map((permission) => (
              <PermissionLine
                key={permission}
                permission={permission}
                held={marks.get(permission) ?? 'no'}
                mayGive={mine.includes(permission)}
                onChange={(next) => mark(permission, next)}
              />
            )),
          )}
        </ul>
      </fieldset>
      {error !== null && <ErrorNotice error={error} />}
      <div className="sticky -bottom-6 -mx-6 -mb-6 flex flex-wrap items-center justify-end gap-2 border-t border-line bg-surface px-6 py-3">
        {custom !== null && (
          <Button
            look="danger"
            className="me-auto"
            disabled={busy || custom.members > 0}
            title={custom.members > 0 ? t('role_in_use', { count: custom.members }) : undefined}
            onClick={() =>
              void run(
                () => client.access.deleteRole({ params: { role: custom.role } }),
                t('role_deleted', { name: custom.name }),
              )
            }
          >
            {t('delete_role')}
          </Button>
        )}
        <Button onClick={onClose}>{common('cancel')}</Button>
        <Button type="submit" look="primary" disabled={busy || name.trim() === ''}>
          {t('save')}
        </Button>
      </div>
    </form>
  );
}

function PermissionLine({
  permission,
  held,
  mayGive,
  onChange,
}: {
  permission: Permission;
  held: 'yes' | 'own' | 'no';
  mayGive: boolean;
  onChange: (next: 'yes' | 'own' | 'no') => void;
}) {
  const { t } = useTranslation('admin');
  return (
    <li className="flex items-center gap-3 px-3 py-1.5">
      <label className="flex min-w-0 flex-1 items-start gap-3">
        <input
          type="checkbox"
          className="mt-1 accent-(--accent-fill)"
          checked={held !== 'no'}
          disabled={!mayGive && held === 'no'}
          onChange={({ target }) => onChange(target.checked ? 'yes' : 'no')}
        />
        <span className="min-w-0">
          <span className="block">{meaningOf(permission)}</span>
          <span className="block font-mono text-small wrap-anywhere text-ink-faint">{permission}</span>
        </span>
      </label>
      {held !== 'no' && (
        <label className="flex shrink-0 items-center gap-1.5 text-small text-ink-soft">
          <input
            type="checkbox"
            className="accent-(--accent-fill)"
            checked={held === 'own'}
            onChange={({ target }) => onChange(target.checked ? 'own' : 'yes')}
          />
          {t('own_only')}
        </label>
      )}
    </li>
  );
}
