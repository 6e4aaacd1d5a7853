import type { SecondFactorNeeded, SignedIn } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { queryKeys } from '../../lib/query-keys.ts';

/** What to do once somebody is in: remember who it is and go where they wanted to. */
export function useEntering(to: string | undefined): (answer: SignedIn) => void {
  const router = useRouter();
  const queryClient = useQueryClient();
  return ({ user, permissions, session_id, second_factor, expires_at }) => {
    queryClient.setQueryData(queryKeys.session, {
      user,
      permissions,
      session_id,
      second_factor,
      expires_at,
    });
    router.history.replace(ownAddress(to));
  };
}

/** Only addresses of this app are followed after signing in. */
export function ownAddress(to: string | undefined): string {
  return to?.startsWith('/') && !/^\/[/\\]/.test(to) && !to.startsWith('/sign-in') ? to : '/';
}

/** The second step of a sign-in that began elsewhere, from behind the `#` of the address. */
export function pendingSecondFactor(hash: string): SecondFactorNeeded | null {
  const text = /^#?second-factor=([\w-]+)$/.exec(hash)?.[1];
  if (text === undefined) return null;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0),
    );
    const answer = JSON.parse(new TextDecoder().decode(bytes)) as SecondFactorNeeded;
    return answer.status === 'second_factor' && Array.isArray(answer.methods) ? answer : null;
  } catch {
    return null;
  }
}

/** What a link in an e-mail carries behind the `#`, where it reaches no log; taken out of the address at once. */
export function takeLinkToken(): string {
  const token = window.location.hash.replace(/^#/, '');
  if (token !== '') window.history.replaceState(window.history.state, '', window.location.pathname);
  return token;
}
