import { readFileSync } from 'node:fs';
import { type CommandLine, readCommandLine } from './command-line.ts';
import type { RunningCommand } from './commands.ts';
import { exitStatus, UsageError } from './failure.ts';
import { commandHelp, generalHelp } from './help.ts';
import { openOutput } from './output.ts';

/** The `stroma` command. Ends the process with the exit status. */
export async function main(words: string[]): Promise<never> {
  const interruption = new AbortController();
  const interrupt = () => {
    if (interruption.signal.aborted) process.exit(exitStatus.interrupted);
    interruption.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  const output = openOutput(words.includes('--json'), process.env);
  process.exit(await run(words, { output, env: process.env, signal: interruption.signal }));
}

/** Does what the words say and answers the exit status; what failed is told, never thrown. */
export async function run(
  words: string[],
  { output, env, signal }: Omit<RunningCommand, 'invocation'>,
): Promise<number> {
  let line: CommandLine;
  try {
    line = readCommandLine(words);
  } catch (error) {
    await output.fail(error);
    return exitStatus.usage;
  }
  if (line.kind === 'version') {
    const version = stromaVersion();
    await output.result({ version, node: process.versions.node }, () => `stroma ${version}`);
    return exitStatus.ok;
  }
  if (line.kind === 'help') {
    const text = line.command === null ? generalHelp() : commandHelp(line.command);
    await output.result({ help: text }, () => text);
    return exitStatus.ok;
  }
  const { invocation } = line;
  try {
    const command = await invocation.command.load();
    return await command({ invocation, output, signal, env });
  } catch (error) {
    await output.fail(error);
    if (signal.aborted) return exitStatus.interrupted;
    return error instanceof UsageError ? exitStatus.usage : exitStatus.failed;
  }
}

const stromaVersion = (): string =>
  (JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string }).version;
