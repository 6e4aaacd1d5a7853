import type { RoleDocument } from '@stroma/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Mail, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent, DialogTrigger } from '../../../components/dialog.tsx';
import { Field, Select, TextField } from '../../../components/field.tsx';
import { FormEnd } from '../../../components/form-end.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { client } from '../../../lib/client.ts';
import { formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';

const roleName = (roles: readonly RoleDocument[], role: string) =>
  roles.find((each) => each.role === role || each.aliases.includes(role))?.name ?? role;

/** Asks for an address and a role, and sends the invitation. */
export function InviteButton({ roles }: { roles: readonly RoleDocument[] }) {
  const { t } = useTranslation('admin');
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('viewer');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    setError(null);
    try {
      await client.invitations.create({ body: { email, role } });
      toast(t('invited', { email }));
      setOpen(false);
      setEmail('');
      await queryClient.invalidateQueries({ queryKey: queryKeys.members });
    } catch (cause) {
      setError(cause);
    }
    setBusy(false);
  };
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button look="primary">
          <Mail size={16} aria-hidden />
          {t('invite')}
        </Button>
      </DialogTrigger>
      <DialogContent title={t('invite_title')} description={t('invite_text')}>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <TextField
            label={t('email')}
            type="email"
            required
            autoComplete="off"
            value={email}
            onText={setEmail}
          />
          <Field label={t('role')} hint={t('role_hint')}>
            {(props) => (
              <Select {...props} value={role} onChange={({ target }) => setRole(target.value)}>
                {roles.map((each) => (
                  <option key={each.role} value={each.role} disabled={!each.may_give}>
                    {each.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <FormEnd
            error={error}
            button={t('send_invitation')}
            disabled={busy || email === ''}
            onCancel={() => setOpen(false)}
          />
        </form>
      </DialogContent>
    </Dialog>
  );
}

/** Invitations nobody has accepted yet; nothing when there are none. */
export function PendingInvitations({
  roles,
  mayRevoke,
}: {
  roles: readonly RoleDocument[];
  mayRevoke: boolean;
}) {
  const { t } = useTranslation('admin');
  const queryClient = useQueryClient();
  const { data } = useQuery({
    queryKey: queryKeys.invitations,
    queryFn: ({ signal }) => client.invitations.list({ query: { limit: 200 }, signal }),
  });
  if (data === undefined || data.items.length === 0) return null;
  const revoke = async (id: string, email: string) => {
    try {
      await client.invitations.revoke({ params: { id } });
      toast(t('invitation_revoked', { email }));
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), { tone: 'critical' });
    }
    await queryClient.invalidateQueries({ queryKey: queryKeys.invitations });
  };
  return (
    <Section title={t('invitations')} note={t('invitations_note')} className="mt-10">
      <ul className={`${panelClass} divide-y divide-line`}>
        {data.items.map(({ invitation_id, email, role, invited_by, expires_at }) => (
          <li key={invitation_id} className="flex flex-wrap items-center gap-x-6 gap-y-1 px-4 py-2">
            <span className="min-w-0 flex-1 basis-56 font-medium wrap-anywhere">{email}</span>
            <span className="basis-40">{roleName(roles, role)}</span>
            <span className="text-small text-ink-soft">
              {t('invited_by_until', { name: invited_by, day: formatTime(expires_at) })}
            </span>
            {mayRevoke && (
              <IconButton
                icon={X}
                label={t('revoke_invitation', { email })}
                onClick={() => void revoke(invitation_id, email)}
              />
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
