import { openEngine, type QueryEngine } from './query-engine.ts';
import { describeFailure } from './query-failure.ts';
import type { FromProcess, ToProcess } from './query-messages.ts';
import { type Run, startRun } from './query-run.ts';

/**
 * The process untrusted SQL runs in: `node query-process.ts [uid]` with an IPC channel, its own folder as the
 * working directory and nothing in its environment. Started as root it becomes `uid` before it takes a
 * statement. One statement at a time.
 */
const interruptEveryMs = 100;

function send(message: FromProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!process.send) throw new Error('query-process needs an IPC channel');
    process.send(message, undefined, undefined, (error) => (error ? reject(error) : resolve()));
  });
}

/** False when the operating system does not let go of root's rights. */
function becomeUser(uid: number): boolean {
  try {
    process.setgroups?.([]);
    process.setgid?.(uid);
    process.setuid?.(uid);
    return process.getuid?.() === uid;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return false;
    throw error;
  }
}

/** An engine opened in advance; the next statement locks it and has it to itself. */
let spare: Promise<QueryEngine> | null = null;
let current: { run: Run; stop(reason: string): void } | null = null;

async function answer(request: Extract<ToProcess, { kind: 'run' }>): Promise<void> {
  const started = performance.now();
  void send({ kind: 'taken' });
  const opening = spare ?? openEngine(request.limits);
  spare = null;
  const run = startRun(request, opening, send);
  let stopped: string | null = null;
  let repeat: NodeJS.Timeout | undefined;
  const stop = (reason: string) => {
    stopped ??= reason;
    run.interrupt();
    repeat ??= setInterval(() => run.interrupt(), interruptEveryMs);
  };
  const deadline = setTimeout(() => stop('QUERY_TIMEOUT'), request.limits.timeoutMs);
  current = { run, stop };
  let reply: FromProcess;
  try {
    const { truncated, written } = await run.finished;
    const executionMs = performance.now() - started;
    reply = { kind: 'done', truncated, executionMs, written };
  } catch (error) {
    const failure = describeFailure(error, request.sql, request.tables, run.planning());
    if (stopped)
      Object.assign(failure, { code: stopped, message: 'The query was stopped.', line: null, column: null });
    reply = { kind: 'failed', error: failure };
  } finally {
    clearTimeout(deadline);
    clearInterval(repeat);
    current = null;
  }
  await send(reply);
  // What the caller does not wait for: this engine's end and the next one's beginning.
  (await opening).close();
  await send({ kind: 'idle', rssBytes: process.memoryUsage.rss() });
  if (!current) spare ??= openEngine(request.limits);
}

const uid = process.argv[2] === undefined ? null : Number(process.argv[2]);
const separateUser = uid !== null && becomeUser(uid);
spare = openEngine();
process.on('disconnect', () => process.exit());
process.on('message', (message: ToProcess) => {
  if (message.kind === 'cancel') current?.stop('CANCELLED');
  else void answer(message);
});
await send({ kind: 'ready', separateUser });
