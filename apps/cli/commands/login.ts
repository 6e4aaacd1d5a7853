import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { StromaError } from '@stroma/kernel';
import type { CommandRun, RunningCommand } from '../commands.ts';
import { type Connection, connect, localServer, namedServer, serverUrl } from '../connection.ts';
import { credentialsPath, readCredentials, writeCredentials } from '../credentials.ts';
import { exitStatus, failureOf, UsageError } from '../failure.ts';

const defaultUrl = 'http://localhost:3000';

export const login: CommandRun = async (running) => {
  const { invocation, env, output, signal } = running;
  const [word] = invocation.words;
  const named = word === undefined ? namedServer(invocation, env) : serverUrl(word, 'the address');
  const url = named ?? localServer(env) ?? defaultUrl;
  const { email, password, newPassword } = await readSecrets(running, url);
  const server = await connect(url, null);
  const session = await server.client.identity.login({ body: { email, password }, signal });
  const { user, token, expires_at } = session;
  if (user.must_change_password)
    await replacePassword(await connect(url, token), password, newPassword, running);
  const credentials = readCredentials(env);
  credentials.servers[url] = { token, email: user.email, expires_at };
  credentials.current = url;
  writeCredentials(env, credentials);
  await output.result({ server: url, email: user.email, role: user.role, expires_at }, () =>
    [
      `Signed in to ${url} as ${user.email} (${user.role}) until ${expires_at}.`,
      `The token is in ${credentialsPath(env)}.`,
    ].join('\n'),
  );
  return exitStatus.ok;
};

interface Secrets {
  email: string;
  password: string;
  newPassword: string | null;
}

async function readSecrets({ invocation, signal }: RunningCommand, url: string): Promise<Secrets> {
  const email = invocation.text('email');
  if (invocation.flag('password-stdin')) {
    if (email === null) throw new UsageError('Expected --email with --password-stdin.', 'login');
    let text = '';
    for await (const part of process.stdin) text += String(part);
    const [password = '', newPassword = ''] = text.split(/\r?\n/);
    return { email, password, newPassword: newPassword === '' ? null : newPassword };
  }
  if (process.stdin.isTTY !== true)
    throw new UsageError('Expected a terminal to ask for the password, or --password-stdin.', 'login');
  return {
    email: email ?? (await prompt(`E-mail address at ${url}: `, false, signal)).trim(),
    password: await prompt('Password: ', true, signal),
    newPassword: null,
  };
}

async function replacePassword(
  { client }: Connection,
  password: string,
  given: string | null,
  { output, signal }: RunningCommand,
): Promise<void> {
  let next = given;
  if (next === null && process.stdin.isTTY === true) {
    output.note('The one-time password must be replaced by one of your own, at least 12 characters.');
    next = await prompt('New password: ', true, signal);
    if (next !== (await prompt('Once more: ', true, signal)))
      throw new StromaError('INVALID_INPUT', 'The two passwords differ. Run "stroma login" again.');
  }
  if (next === null)
    throw new StromaError(
      'PASSWORD_CHANGE_REQUIRED',
      'The one-time password must be replaced. Give the new one on the second line of standard input, or sign in with the browser first.',
    );
  await client.identity.changePassword({ body: { current_password: password, new_password: next }, signal });
}

/** Asks on the terminal; a secret does not show. */
async function prompt(question: string, secret: boolean, signal: AbortSignal): Promise<string> {
  let silent = false;
  const echo = new Writable({
    write(part, _encoding, done) {
      if (!silent) process.stderr.write(part);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: echo, terminal: true });
  const interrupted = new AbortController();
  lines.once('SIGINT', () => interrupted.abort());
  try {
    const answer = lines.question(question, { signal: AbortSignal.any([signal, interrupted.signal]) });
    silent = secret;
    return await answer;
  } finally {
    lines.close();
    if (secret) process.stderr.write('\n');
  }
}

export const logout: CommandRun = async ({ invocation, env, output, signal }) => {
  const credentials = readCredentials(env);
  const url = namedServer(invocation, env) ?? credentials.current;
  const kept = url === null ? undefined : credentials.servers[url];
  if (url === null || !kept) {
    await output.result({ server: url, signed_out: false }, () => 'You are not signed in.');
    return exitStatus.ok;
  }
  const { client } = await connect(url, kept.token);
  try {
    await client.identity.logout({ signal });
  } catch (error) {
    const { code, message } = failureOf(error);
    // A session that ended before is what was wanted; any other runs out by itself.
    if (code !== 'UNAUTHENTICATED') output.note(`The session could not be ended at the server: ${message}`);
  }
  delete credentials.servers[url];
  if (credentials.current === url) credentials.current = null;
  writeCredentials(env, credentials);
  await output.result({ server: url, signed_out: true }, () => `Signed out of ${url}.`);
  return exitStatus.ok;
};
