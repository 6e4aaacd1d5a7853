import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { credentialsPath, type Login, readCredentials, writeCredentials } from './credentials.ts';
import { failureOf } from './failure.ts';

const earlyMs = 60_000;
const lockWaitMs = 10_000;
const staleLockMs = 30_000;

/**
 * The access token kept for a server, refreshed shortly before it ends. A refresh token works once, so of several
 * commands that run at once one refreshes and the others take what it wrote. Null when no sign-in is kept; a token
 * that could not be refreshed is given as it is, and the server says that it has ended.
 */
export async function presentToken(env: NodeJS.ProcessEnv, url: string): Promise<string | null> {
  const kept = readCredentials(env).servers[url];
  if (kept === undefined) return null;
  if (!isEnding(kept)) return kept.token;
  return underLock(`${credentialsPath(env)}.lock`, async () => {
    const credentials = readCredentials(env);
    const login = credentials.servers[url];
    if (login === undefined || !isEnding(login) || login.refresh_token === undefined)
      return login?.token ?? null;
    try {
      const { createClient } = await import('@stroma/sdk');
      const next = await createClient({ baseUrl: url }).identity.refresh({
        body: { refresh_token: login.refresh_token },
        signal: AbortSignal.timeout(lockWaitMs),
      });
      credentials.servers[url] = {
        email: login.email,
        token: next.token,
        expires_at: next.token_expires_at,
        refresh_token: next.refresh_token,
        refresh_expires_at: next.refresh_expires_at,
      };
      writeCredentials(env, credentials);
      return next.token;
    } catch (error) {
      if (failureOf(error).code === 'UNAUTHENTICATED' || failureOf(error).code === 'UNREACHABLE')
        return login.token;
      throw error;
    }
  });
}

const isEnding = ({ expires_at, refresh_token }: Login): boolean =>
  refresh_token !== undefined && Date.parse(expires_at) - Date.now() < earlyMs;

/** A file that exists while somebody refreshes; one that was left behind is taken after a while. */
async function underLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const until = Date.now() + lockWaitMs;
  for (;;) {
    try {
      closeSync(openSync(path, 'wx', 0o600));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const since = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - since > staleLockMs || Date.now() > until) rmSync(path, { force: true });
      else await setTimeout(50);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}
