import { resolve } from 'node:path';
import { StromaError } from '@stroma/kernel';
import type { CommandRun, RunningCommand } from '../commands.ts';
import { exitStatus, UsageError } from '../failure.ts';
import { operate } from '../operate.ts';
import { printable } from '../output.ts';
import { prompt } from '../prompt.ts';

const leastCharacters = 12;

/** The backup that was made, or `{ entries, bytes, objects, rows, ... }` of the one that was looked at. */
export const backup: CommandRun = async (running) => {
  const { invocation, output } = running;
  const [given] = invocation.words;
  const target = given === undefined ? undefined : absolute(given);
  if (invocation.flag('check')) {
    if (target === undefined) throw new UsageError('Expected the backup to look at.', 'backup');
    const passphrase = await passphraseOf(running, false);
    const found = await operate('check-backup', { address: target, passphrase }, running);
    await output.result(found, () => {
      const rows = found.rows === null ? '' : `, ${found.rows} rows`;
      return `Whole: made ${found.created_at}, ${found.entries} files${rows}, ${found.objects} objects, ${size(found.bytes)}.`;
    });
    return exitStatus.ok;
  }
  const passphrase = await passphraseOf(running, true);
  const verify = invocation.flag('verify');
  const made = await operate('backup', { ...(target && { target }), passphrase, verify }, running);
  const wrong = made.verify_error as { message: string } | null;
  await output.result(made, () => {
    const checked = !verify ? '' : wrong === null ? ' It was restored aside and is whole.' : '';
    return `${made.target}/${made.name}: ${size(made.bytes)}, ${made.objects} objects.${checked}`;
  });
  if (wrong === null) return exitStatus.ok;
  output.note(`The backup does not restore: ${printable(wrong.message)}`);
  return exitStatus.failed;
};

/** `{ entries, bytes, objects, created_at, stroma, keys_elsewhere, opened }`. */
export const restore: CommandRun = async (running) => {
  const { invocation, output } = running;
  const address = absolute(invocation.words[0] ?? '');
  const passphrase = await passphraseOf(running, false);
  const done = await operate('restore', { address, passphrase }, running);
  await output.result(
    done,
    () => `Restored ${done.entries} files with ${done.objects} objects, as of ${done.created_at}.`,
  );
  for (const path of done.keys_elsewhere as string[])
    output.note(
      `A key file that lay outside of the data folder is at ${printable(path)}: put it where the settings expect it before Stroma starts.`,
    );
  return exitStatus.ok;
};

const absolute = (address: string): string => (/^[a-z0-9]+:\/\//i.test(address) ? address : resolve(address));

async function passphraseOf({ env, signal, output }: RunningCommand, twice: boolean): Promise<string> {
  const given = env.STROMA_BACKUP_PASSPHRASE;
  if (given !== undefined && given !== '') return given;
  if (process.stdin.isTTY !== true)
    throw new StromaError(
      'INVALID_INPUT',
      'Expected the passphrase of the backup in STROMA_BACKUP_PASSPHRASE, or a terminal to ask for it.',
      {},
    );
  const passphrase = await prompt('Passphrase of the backup: ', true, signal);
  if (!twice) return passphrase;
  if (passphrase.length < leastCharacters)
    throw new StromaError(
      'INVALID_INPUT',
      `Expected a passphrase of at least ${leastCharacters} characters.`,
      {},
    );
  if (passphrase !== (await prompt('Once more: ', true, signal)))
    throw new StromaError('INVALID_INPUT', 'The two passphrases differ. Run the command again.', {});
  output.note('Keep the passphrase apart from the backups: without it they cannot be read, by anybody.');
  return passphrase;
}

function size(bytes: unknown): string {
  const value = Number(bytes);
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  return `${(value / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
