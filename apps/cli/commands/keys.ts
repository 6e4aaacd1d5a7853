import type { CommandRun } from '../commands.ts';
import { exitStatus, UsageError } from '../failure.ts';
import { operate } from '../operate.ts';

const holders: Record<string, string> = { file: 'a local file', vault: 'HashiCorp Vault', kms: 'AWS KMS' };

/** `{ provider, key_id, data_keys, to_rewrap, destroyed }`, or `{ key_id, rewrapped, left }` after a rotation. */
export const keys: CommandRun = async (running) => {
  const { invocation, output } = running;
  const [word] = invocation.words;
  if (word !== undefined && word !== 'rotate')
    throw new UsageError(`Expected "stroma keys" or "stroma keys rotate", given "${word}".`, 'keys');
  if (word === 'rotate') {
    const done = await operate('rotate-keys', {}, running);
    await output.result(
      done,
      () => `The key ${done.key_id} is in use; ${done.rewrapped} data keys are under it now.`,
    );
    if (Number(done.left) === 0) return exitStatus.ok;
    output.note(
      `${done.left} data keys are still under an earlier key. Run "stroma keys rotate" again, or wait for the night.`,
    );
    return exitStatus.failed;
  }
  const state = await operate('keys-state', {}, running);
  await output.result(state, () =>
    [
      `Key ${state.key_id}, held by ${holders[String(state.provider)] ?? state.provider}.`,
      `${state.data_keys} data keys, ${state.to_rewrap} of them under an earlier key; ${state.destroyed} destroyed.`,
    ].join('\n'),
  );
  return exitStatus.ok;
};
