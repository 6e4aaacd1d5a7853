import type { SecondFactorNeeded, SignedIn } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { CommandRun, RunningCommand } from '../commands.ts';
import { type Connection, connect, localServer, namedServer, serverUrl } from '../connection.ts';
import { credentialsPath, readCredentials, writeCredentials } from '../credentials.ts';
import { exitStatus, failureOf, UsageError } from '../failure.ts';
import { prompt } from '../prompt.ts';
import { presentToken } from '../token-refresh.ts';

const defaultUrl = 'http://localhost:3000';

export const login: CommandRun = async (running) => {
  const { invocation, env, output, signal } = running;
  const [word] = invocation.words;
  const named = word === undefined ? namedServer(invocation, env) : serverUrl(word, 'the address');
  const url = named ?? localServer(env) ?? defaultUrl;
  const { email, password, newPassword, code: given } = await readSecrets(running, url);
  const server = await connect(url, null);
  const first = await server.client.identity.login({ body: { email, password }, signal });
  const session =
    first.status === 'signed_in' ? first : await proveSecondFactor(server, first, given, running);
  const { user, token, token_expires_at, refresh_token, refresh_expires_at } = session;
  if (token === null || token_expires_at === null || refresh_token === null || refresh_expires_at === null)
    throw new StromaError('UNAUTHENTICATED', `Expected tokens from ${url}; it gave none.`, { server: url });
  if (user.must_set_up_second_factor)
    output.note('Your role needs a second factor. Sign in with the browser and set one up.');
  if (user.must_change_password)
    await replacePassword(await connect(url, token), password, newPassword, running);
  const credentials = readCredentials(env);
  const expires_at = token_expires_at;
  credentials.servers[url] = { token, email: user.email, expires_at, refresh_token, refresh_expires_at };
  credentials.current = url;
  writeCredentials(env, credentials);
  await output.result({ server: url, email: user.email, role: user.role, expires_at }, () =>
    [
      `Signed in to ${url} as ${user.email} (${user.role}) until ${refresh_expires_at}.`,
      `The token is in ${credentialsPath(env)}.`,
    ].join('\n'),
  );
  return exitStatus.ok;
};

interface Secrets {
  email: string;
  password: string;
  newPassword: string | null;
  /** Of the second factor. */
  code: string | null;
}

async function readSecrets({ invocation, signal }: RunningCommand, url: string): Promise<Secrets> {
  const email = invocation.text('email');
  if (invocation.flag('password-stdin')) {
    if (email === null) throw new UsageError('Expected --email with --password-stdin.', 'login');
    let text = '';
    for await (const part of process.stdin) text += String(part);
    const [password = '', second = ''] = text.split(/\r?\n/);
    // A second line is the new password, or the code of the second factor.
    const isCode = /^\d{6}$/.test(second.trim());
    return {
      email,
      password,
      newPassword: second === '' || isCode ? null : second,
      code: isCode ? second.trim() : null,
    };
  }
  if (process.stdin.isTTY !== true)
    throw new UsageError('Expected a terminal to ask for the password, or --password-stdin.', 'login');
  return {
    email: email ?? (await prompt(`E-mail address at ${url}: `, false, signal)).trim(),
    password: await prompt('Password: ', true, signal),
    newPassword: null,
    code: null,
  };
}

async function proveSecondFactor(
  { client }: Connection,
  { challenge, methods }: SecondFactorNeeded,
  given: string | null,
  { signal, output }: RunningCommand,
): Promise<SignedIn> {
  const message = methods.find(({ kind }) => kind === 'sms');
  const app = methods.some(({ kind }) => kind === 'totp');
  if (given === null && process.stdin.isTTY !== true)
    throw new StromaError(
      'UNAUTHENTICATED',
      'The account has a second factor. Give its code on the second line of standard input.',
    );
  if (!app && message === undefined)
    output.note('The account has passkeys alone, which a terminal cannot use: enter a recovery code.');
  if (!app && message !== undefined) {
    await client.secondFactors.sendCode({ body: { challenge, method_id: message.method_id }, signal });
    output.note(`A code was sent to ${message.name}.`);
  }
  const code = given ?? (await prompt('Code of the second factor, or a recovery code: ', false, signal));
  const how = /^\d{6}$/.test(code.replace(/\s/g, '')) ? 'verify' : 'recover';
  return client.secondFactors[how]({ body: { challenge, code }, signal });
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

export const logout: CommandRun = async ({ invocation, env, output, signal }) => {
  const credentials = readCredentials(env);
  const url = namedServer(invocation, env) ?? credentials.current;
  const kept = url === null ? undefined : credentials.servers[url];
  if (url === null || !kept) {
    await output.result({ server: url, signed_out: false }, () => 'You are not signed in.');
    return exitStatus.ok;
  }
  const { client } = await connect(url, await presentToken(env, url));
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
