import {
  type Member,
  type RoleDocument,
  roleAliases,
  type Sensitivity,
  sensitivities,
} from '@stroma/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Field, Input, Select } from '../../../components/field.tsx';
import { FormEnd } from '../../../components/form-end.tsx';
import { client } from '../../../lib/client.ts';
import { toast } from '../../../lib/toasts.ts';
import { useMemberChanges } from './member-changes.ts';

/** Role, clearance, sites and time of one member. */
export function MemberDialog({
  member,
  roles,
  onClose,
}: {
  member: Member | null;
  roles: readonly RoleDocument[];
  onClose: () => void;
}) {
  const { t } = useTranslation('admin');
  return (
    <Dialog open={member !== null} onOpenChange={(open) => !open && onClose()}>
      {member !== null && (
        <DialogContent title={t('change_title', { name: member.name })} description={t('change_text')}>
          <MemberForm key={member.user_id} member={member} roles={roles} onClose={onClose} />
        </DialogContent>
      )}
    </Dialog>
  );
}

/** What `<input type="datetime-local">` shows for a moment, in the time of the one who looks. */
function localTime(iso: string | null): string {
  if (iso === null) return '';
  const moment = new Date(iso);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const moment = (local: string) => (local === '' ? null : new Date(local).toISOString());

function MemberForm({
  member,
  roles,
  onClose,
}: {
  member: Member;
  roles: readonly RoleDocument[];
  onClose: () => void;
}) {
  const { t } = useTranslation('admin');
  const { t: common } = useTranslation();
  const { refresh, restore, run } = useMemberChanges();
  const [role, setRole] = useState(member.role);
  const [clearance, setClearance] = useState<Sensitivity | ''>(member.clearance ?? '');
  const [sites, setSites] = useState(member.sites?.join(', ') ?? '');
  const [from, setFrom] = useState(localTime(member.access_from));
  const [until, setUntil] = useState(localTime(member.access_until));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const aliases = Object.keys(roleAliases).filter((alias) => alias === member.role);
  const chosen = roles.find((each) => each.role === role || each.aliases.includes(role));
  const named = sites
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      await client.members.update({
        params: { id: member.user_id },
        body: {
          ...(role === member.role ? {} : { role }),
          clearance: clearance === '' ? null : clearance,
          sites: named.length === 0 ? null : named,
          access_from: from === localTime(member.access_from) ? member.access_from : moment(from),
          access_until: until === localTime(member.access_until) ? member.access_until : moment(until),
        },
      });
      await refresh();
      toast(t('changed', { name: member.name }), {
        action: { label: common('undo'), run: () => void run(() => restore(member), t('taken_back')) },
      });
      onClose();
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field label={t('role')} hint={chosen?.may_give === false ? chosen.why_not : t('role_hint')}>
        {(props) => (
          <Select {...props} value={role} onChange={({ target }) => setRole(target.value)}>
            {aliases.map((alias) => (
              <option key={alias} value={alias}>
                {member.role_name}
              </option>
            ))}
            {roles.map((each) => (
              <option
                key={each.role}
                value={each.role}
                disabled={!each.may_give && each.role !== member.role}
              >
                {each.name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t('clearance')} hint={t('clearance_hint')}>
        {(props) => (
          <Select
            {...props}
            value={clearance}
            onChange={({ target }) => setClearance(target.value as Sensitivity)}
          >
            <option value="">
              {chosen === undefined
                ? t('clearance_of_role')
                : t('clearance_of_role_is', { clearance: t(`clearance_${chosen.clearance}`) })}
            </option>
            {sensitivities.map((each) => (
              <option key={each} value={each}>
                {t(`clearance_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t('sites')} hint={t('sites_hint')}>
        {(props) => <Input {...props} value={sites} onChange={({ target }) => setSites(target.value)} />}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t('access_from')} hint={t('access_from_hint')}>
          {(props) => (
            <Input
              {...props}
              type="datetime-local"
              value={from}
              onChange={({ target }) => setFrom(target.value)}
            />
          )}
        </Field>
        <Field label={t('access_until')} hint={t('access_until_hint')}>
          {(props) => (
            <Input
              {...props}
              type="datetime-local"
              value={until}
              onChange={({ target }) => setUntil(target.value)}
            />
          )}
        </Field>
      </div>
      <FormEnd error={error} button={t('save')} disabled={busy} onCancel={onClose} />
    </form>
  );
}
