import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { LoadPlan, LoadResult } from './load.ts';

/** Runs a plan in a process of its own. Throws when an answer was not a success. */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'load.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(plan));
  let text = '';
  for await (const part of child.stdout) text += String(part);
  const result = JSON.parse(text) as LoadResult;
  if (result.failures > 0) throw new Error(`${result.failures} of ${result.answers} requests failed.`);
  return result;
}
