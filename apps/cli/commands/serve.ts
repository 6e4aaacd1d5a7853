import type { CommandRun, RunningCommand } from '../commands.ts';
import { spawnServer } from '../server-process.ts';

export const serve: CommandRun = (running) => runServer('serve', running);
export const worker: CommandRun = (running) => runServer('worker', running);

/** Runs the server in a child with this terminal; its exit status is ours. */
function runServer(role: 'serve' | 'worker', { env }: RunningCommand): Promise<number> {
  const child = spawnServer([role], { stdio: 'inherit', env });
  // Ctrl-C in a terminal reaches the child as well; a second copy would count as a second Ctrl-C.
  const terminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !terminal) child.kill(signal);
    });
  }
  return new Promise((done, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => {
      if (signal === null) return done(status ?? 1);
      for (const each of signals) process.removeAllListeners(each);
      process.kill(process.pid, signal);
    });
  });
}
