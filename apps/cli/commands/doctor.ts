import type { CommandRun } from '../commands.ts';
import type { Check } from '../doctor/check.ts';
import { checkMachine } from '../doctor/checks.ts';
import { exitStatus } from '../failure.ts';
import type { Tone } from '../output.ts';

const marks: Record<Check['status'], readonly [string, Tone]> = {
  ok: ['ok', 'green'],
  warning: ['warn', 'yellow'],
  failed: ['FAIL', 'red'],
};

/** `{ ok, checks: [{ name, status, found, advice }] }`; exit status 1 when a check failed. */
export const doctor: CommandRun = async ({ output, env, signal }) => {
  const checks = await checkMachine(env, signal);
  const ok = checks.every((check) => check.status !== 'failed');
  await output.result({ ok, checks }, () => {
    const width = Math.max(...checks.map((check) => check.name.length));
    return checks
      .map(({ name, status, found, advice }) => {
        const [mark, tone] = marks[status];
        const next = advice === null ? '' : `\n${' '.repeat(width + 8)}${advice}`;
        return `${output.tint(tone, mark.padEnd(4))}  ${name.padEnd(width)}  ${found}${next}`;
      })
      .join('\n');
  });
  return ok ? exitStatus.ok : exitStatus.failed;
};
