import type { SharedBoard } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { EntryForm } from '../../components/entry-form.tsx';
import { Field, Input } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { SignInLayout } from '../sign-in/sign-in-layout.tsx';
import { SharedBoardView } from './shared-board.tsx';

/** A link holds its secret behind the #, which no server and no other site is told; a frame’s token is signed. */
const tokenInAddress = (): string =>
  window.location.hash.slice(1) || (new URLSearchParams(window.location.search).get('token') ?? '');

interface Opened {
  board: SharedBoard;
  pass: string;
}

const onAddress = (changed: () => void) => {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
};

/** A dashboard opened by its link, without an account; another one when another link is put in its place. */
export function SharedPage() {
  const token = useSyncExternalStore(onAddress, tokenInAddress);
  return <Door key={token} token={token} />;
}

function Door({ token }: { token: string }) {
  const { t } = useTranslation('leaving');
  const [opened, setOpened] = useState<Opened | null>(null);
  const [asksPassword, setAsksPassword] = useState(false);
  const [password, setPassword] = useState('');
  const open = useMutation({
    mutationFn: (given: string | undefined) =>
      client.dashboardShares.open({ body: { token, ...(given !== undefined && { password: given }) } }),
    onSuccess: ({ board, pass }) => {
      if (board === null || pass === null) setAsksPassword(true);
      else setOpened({ board, pass });
    },
  });
  const { mutate } = open;
  useEffect(() => mutate(undefined), [mutate]);
  if (opened !== null)
    return (
      <SharedBoardView
        token={token}
        pass={opened.pass}
        board={opened.board}
        onAgain={() => mutate(password === '' ? undefined : password)}
      />
    );
  if (asksPassword)
    return (
      <SignInLayout title={t('ask_password')} intro="">
        <EntryForm
          sending={{ mutate: () => mutate(password), isPending: open.isPending, error: open.error }}
          button={t('open_it')}
        >
          <Field label={t('password')}>
            {(field) => (
              <Input
                {...field}
                type="password"
                autoComplete="off"
                required
                autoFocus
                value={password}
                onChange={({ target }) => setPassword(target.value)}
              />
            )}
          </Field>
        </EntryForm>
      </SignInLayout>
    );
  if (open.error !== null)
    return (
      <SignInLayout title={t('cannot_open')} intro="">
        <Notice tone="warning">
          {open.error instanceof ApiError ? open.error.message : String(open.error)}
        </Notice>
      </SignInLayout>
    );
  return (
    <p role="status" className="p-8 text-ink-soft">
      {t('opening')}
    </p>
  );
}
