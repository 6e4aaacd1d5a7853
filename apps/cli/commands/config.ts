import type { CommandRun } from '../commands.ts';
import { exitStatus } from '../failure.ts';
import type { Output } from '../output.ts';
import { readSettings, type Setting } from '../server-process.ts';

/** `{ settings: [{ key, meaning, default_value, value, source }], problem }`; a wrong setting makes it fail. */
export const config: CommandRun = async ({ output, env, signal }) => {
  const read = await readSettings(env, signal);
  await output.result(read, () => read.settings.map((each) => settingText(each, output)).join('\n'));
  if (read.problem === null) return exitStatus.ok;
  output.note(read.problem);
  return exitStatus.failed;
};

function settingText(setting: Setting, { tint }: Output): string {
  const { key, meaning, default_value, value, source } = setting;
  const lines = [tint('bold', key), `    ${meaning}`, tint('dim', `    default: ${default_value || 'none'}`)];
  if (value !== undefined && source !== undefined && source !== 'default') {
    const from = source === 'file' ? 'stroma.yaml' : 'the environment';
    lines.push(tint('cyan', `    now: ${value} (from ${from})`));
  }
  return lines.join('\n');
}
