import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Operator } from './operator.ts';
import manifest from './package.json' with { type: 'json' };
import { splitAddress } from './platform/backup/backup-target.ts';
import { openTarget } from './platform/backup/open-target.ts';
import { restoreBackup } from './platform/backup/restore-backup.ts';
import { verifyBackup } from './platform/backup/verify-backup.ts';
import type { Config } from './platform/config/config.ts';
import { readConfig } from './platform/config/read-config.ts';
import { callControl, failureLine } from './platform/control/control-socket.ts';
import {
  type OperatorLine,
  operatorRequest,
  runOperatorCommand,
} from './platform/control/operator-commands.ts';
import { openLog } from './platform/logging.ts';

const { version } = manifest;
const input = z.strictObject({ address: z.string(), passphrase: z.string() });
const request = z.discriminatedUnion('command', [
  z.object({ command: z.literal('restore'), input }),
  z.object({ command: z.literal('check-backup'), input }),
  operatorRequest,
]);

/**
 * Does one order for `stroma backup`, `restore` and `keys`: a JSON document on standard input, JSON lines on standard
 * output. A server that runs on the data folder is asked to do it; where none runs it is done here.
 */
export async function operate(): Promise<void> {
  const say = (line: OperatorLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);
  const onProgress = (progress: number, phase: string) => say({ progress, phase });
  try {
    const given = request.parse(JSON.parse(await text(process.stdin)));
    const { config } = readConfig(process.env);
    const result =
      given.command === 'restore'
        ? await restore(config, given.input, onProgress)
        : given.command === 'check-backup'
          ? await check(config, given.input)
          : await order(config, given, onProgress, say);
    end({ result }, 0);
  } catch (error) {
    const line = failureLine(error);
    if (line.code === 'INTERNAL') process.stderr.write(`${(error as Error).stack}\n`);
    end({ error: line }, 1);
  }
}

/** Leaves once the answer is out, whatever a start that failed half way may have left open. */
function end(line: OperatorLine, status: number): void {
  process.stdout.write(`${JSON.stringify(line)}\n`, () => process.exit(status));
}

async function order(
  config: Config,
  given: z.output<typeof operatorRequest>,
  onProgress: (progress: number, phase: string) => void,
  say: (line: OperatorLine) => void,
): Promise<object> {
  const done = await callControl(config.STROMA_DATA, given, say);
  if (done !== null) return done;
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  const operator = await open(config);
  try {
    return await runOperatorCommand(operator.operations.commands, given, {
      signal: interrupted.signal,
      onProgress,
    });
  } finally {
    await operator.close();
  }
}

/** Looks at a backup file alone: the data folder of these settings need not be there. */
async function check(config: Config, { address, passphrase }: z.output<typeof input>): Promise<object> {
  const { place, name } = splitAddress(address);
  const target = await openTarget(place, config);
  const scratchFolder = await mkdtemp(join(tmpdir(), 'stroma-check-'));
  try {
    return await verifyBackup(await target.open(name), passphrase, { scratchFolder, log: quiet(config) });
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

/** Restores, then opens what was restored and puts the restoring on its record. */
async function restore(
  config: Config,
  { address, passphrase }: z.output<typeof input>,
  onProgress: (progress: number, phase: string) => void,
): Promise<object> {
  const { place, name } = splitAddress(address);
  const target = await openTarget(place, config);
  const restored = await restoreBackup(config, await target.open(name), passphrase, (entries) =>
    onProgress(0, `${entries} files restored`),
  );
  if (restored.keys_elsewhere.length > 0) return { ...restored, opened: false };
  const operator = await open(config);
  try {
    await operator.operations.recordRestore(name, restored);
  } finally {
    await operator.close();
  }
  return { ...restored, opened: true };
}

/** Loaded only here: looking at a backup needs none of it. */
async function open(config: Config): Promise<Operator> {
  const { openOperator } = await import('./operator.ts');
  return openOperator({ ...config, STROMA_ROLE: 'api' }, quiet(config), version);
}

/** Standard output carries the answer: only what is amiss is logged, to standard error. */
function quiet(config: Config) {
  return openLog({ ...config, STROMA_LOG_LEVEL: 'silent' });
}
