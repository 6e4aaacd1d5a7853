import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StromaError } from '@stroma/kernel';
import type { Client } from '@stroma/sdk';
import type { Invocation } from './command-line.ts';
import type { RunningCommand } from './commands.ts';
import { readCredentials } from './credentials.ts';
import { failureOf, UsageError } from './failure.ts';
import { presentToken } from './token-refresh.ts';

export interface Connection {
  url: string;
  client: Client;
}

const answersWithinMs = 10_000;

/** The address without a slash at its end. Throws UsageError when it is none. */
export function serverUrl(text: string, source: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`Expected ${source} to be an address like http://localhost:3000, given "${text}".`);
  return text.replace(/\/+$/, '');
}

/** The address a person named, by option or environment. */
export function namedServer(invocation: Invocation, env: NodeJS.ProcessEnv): string | null {
  const option = invocation.text('server');
  if (option !== null) return serverUrl(option, '--server');
  return env.STROMA_URL ? serverUrl(env.STROMA_URL, 'STROMA_URL') : null;
}

/** The server that runs on the data folder of this place, if one does. */
export function localServer(env: NodeJS.ProcessEnv): string | null {
  const path = join(resolve(env.STROMA_DATA || './data'), 'server.json');
  try {
    const { url, pid } = JSON.parse(readFileSync(path, 'utf8')) as { url?: unknown; pid?: unknown };
    if (typeof url !== 'string' || typeof pid !== 'number') return null;
    process.kill(pid, 0);
    return url;
  } catch {
    // No such file, or left behind by a process that is gone.
    return null;
  }
}

/**
 * The server to work with, or null when the work is to be done here. A named one must be usable; one that is only
 * remembered from a sign-in, or found in the data folder, is used while it answers and a token is known.
 */
export async function findServer(running: RunningCommand): Promise<Connection | null> {
  const { invocation, env, output } = running;
  if (invocation.flag('local')) {
    if (invocation.text('server') !== null)
      throw new UsageError('Expected --server or --local, given both.', invocation.command.name);
    return null;
  }
  const credentials = readCredentials(env);
  const named = namedServer(invocation, env);
  if (named !== null) {
    const token = env.STROMA_TOKEN || (await presentToken(env, named));
    if (!token)
      throw new StromaError(
        'UNAUTHENTICATED',
        `Expected a token for ${named}. Set STROMA_TOKEN, or run "stroma login ${named}".`,
        { server: named },
      );
    const connection = await connect(named, token);
    await probe(connection, token);
    return connection;
  }
  for (const url of [credentials.current, localServer(env)]) {
    if (url === null || !(env.STROMA_TOKEN || credentials.servers[url])) continue;
    const token = env.STROMA_TOKEN || (await presentToken(env, url));
    if (!token) continue;
    const connection = await connect(url, token);
    try {
      await probe(connection, token);
      return connection;
    } catch (error) {
      if (failureOf(error).code !== 'UNREACHABLE') throw error;
      output.note(`${url}, where you signed in, does not answer.`);
    }
  }
  return null;
}

/** Finds out early, and in words, whether the server answers and takes the token. */
async function probe({ client, url }: Connection, token: string): Promise<void> {
  const options = { signal: AbortSignal.timeout(answersWithinMs) };
  try {
    // An API key has no session to ask for.
    await (token.startsWith('sk_') ? client.access.permissions(options) : client.identity.session(options));
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') {
      const { ApiError } = await import('@stroma/sdk');
      const message = `Expected Stroma at ${url}, but it did not answer in time. Is it running?`;
      throw new ApiError({ code: 'UNREACHABLE', status: 0, message }, { cause: error });
    }
    if (failureOf(error).code === 'UNAUTHENTICATED')
      throw new StromaError(
        'UNAUTHENTICATED',
        `The token for ${url} is wrong or has expired. Run "stroma login ${url}".`,
        { server: url },
      );
    throw error;
  }
}

/** As `findServer`, for commands that need one. */
export async function requireServer(running: RunningCommand): Promise<Connection> {
  const found = await findServer(running);
  if (found !== null) return found;
  const local = localServer(running.env);
  throw new StromaError(
    'UNAUTHENTICATED',
    local === null
      ? 'Expected a Stroma server to talk to, but none is known. Start one with "stroma serve", then run "stroma login"; or set STROMA_URL and STROMA_TOKEN.'
      : `Stroma runs at ${local}, but you are not signed in. Run "stroma login ${local}", or set STROMA_TOKEN.`,
    { server: local },
  );
}

export async function connect(url: string, token: string | null): Promise<Connection> {
  const { createClient } = await import('@stroma/sdk');
  return { url, client: createClient({ baseUrl: url, ...(token !== null && { token }) }) };
}
