import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StromaError } from '@stroma/kernel';

export interface Login {
  token: string;
  email: string;
  /** When the access token ends; the refresh token carries the sign-in on. */
  expires_at: string;
  refresh_token?: string;
  refresh_expires_at?: string;
}

export interface Credentials {
  /** The server signed in to last. */
  current: string | null;
  servers: Record<string, Login>;
}

/** Where sign-ins are kept, by the XDG Base Directory Specification. */
export const credentialsPath = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'stroma', 'credentials.json');

export function readCredentials(env: NodeJS.ProcessEnv): Credentials {
  const path = credentialsPath(env);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: null, servers: {} };
    throw error;
  }
  try {
    const { current, servers } = JSON.parse(text) as Partial<Credentials>;
    return { current: typeof current === 'string' ? current : null, servers: servers ?? {} };
  } catch (cause) {
    throw new StromaError(
      'INVALID_INPUT',
      `Expected JSON in ${path}. Remove the file and run "stroma login" again.`,
      { path },
      { cause },
    );
  }
}

/** Readable to this user alone, and whole at every moment. */
export function writeCredentials(env: NodeJS.ProcessEnv, credentials: Credentials): void {
  const path = credentialsPath(env);
  const folder = join(path, '..');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}
