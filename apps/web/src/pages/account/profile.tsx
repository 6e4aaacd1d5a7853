import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Facts } from '../../components/facts.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { panelClass, Section } from '../../components/page.tsx';
import { client } from '../../lib/client.ts';
import { formatTime } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { useRoleName } from '../../lib/role-name.ts';
import { useSession } from '../../lib/session.ts';
import { toast } from '../../lib/toasts.ts';
import { EmailAddress } from './email-change.tsx';

export function Profile() {
  const { t } = useTranslation('account');
  const queryClient = useQueryClient();
  const roleName = useRoleName();
  const session = useSession();
  const [name, setName] = useState(session?.user.name ?? '');
  const rename = useMutation({
    mutationFn: () => client.identity.updateProfile({ body: { name } }),
    onSuccess: (next) => {
      queryClient.setQueryData(queryKeys.session, next);
      toast(t('profile_saved'));
    },
  });
  if (session === null) return null;
  const { user, expires_at, second_factor } = session;
  return (
    <Section title={t('profile')}>
      <Facts
        facts={[
          [t('email'), <EmailAddress key="email" email={user.email} />],
          [t('role'), roleName(user.role)],
          [t('second_proven'), t(second_factor ? 'yes' : 'no')],
          [t('signed_in_until'), formatTime(expires_at)],
        ]}
      />
      <form
        className={`${panelClass} mt-4 flex flex-wrap items-start gap-3 p-4`}
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <div className="min-w-0 flex-1 basis-48">
          <Field label={t('name')}>
            {(field) => (
              <Input
                {...field}
                autoComplete="name"
                required
                maxLength={200}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
        </div>
        <Button
          type="submit"
          className="mt-6"
          disabled={rename.isPending || name.trim() === '' || name === user.name}
        >
          {t('save')}
        </Button>
      </form>
      {rename.error ? <ErrorNotice error={rename.error} /> : null}
    </Section>
  );
}
