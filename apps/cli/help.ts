import { commonOptions } from './command-options.ts';
import { type CommandDefinition, commands } from './commands.ts';

export function generalHelp(): string {
  const width = Math.max(...commands.map((each) => each.name.length));
  return [
    'Stroma: from a file to an answered question.',
    '',
    'Usage: stroma <command> [arguments] [options]',
    '',
    ...commands.map((each) => `  ${each.name.padEnd(width)}  ${each.summary}`),
    '',
    'stroma <command> --help says more. --json gives one JSON document on standard output.',
    '',
    'Files are worked on in this process. When a server is known, by --server, STROMA_URL (with STROMA_TOKEN)',
    'or "stroma login", it does the work; --local keeps it here.',
    '',
    'Exit status: 0 done, 1 failed, 2 the command was written wrongly, 3 the question cannot be answered.',
  ].join('\n');
}

export function commandHelp(command: CommandDefinition): string {
  const options = Object.entries({ ...command.options, ...commonOptions }).map(([name, option]) => {
    const short = option.short ? `-${option.short}, ` : '';
    return [`${short}--${name}${option.value ? ` <${option.value}>` : ''}`, option.meaning] as const;
  });
  const width = Math.max(...options.map(([term]) => term.length));
  return [
    `${command.summary}.`,
    '',
    ...command.usage.map((usage) => `Usage: ${usage} [options]`),
    ...(command.details ? ['', command.details] : []),
    '',
    ...options.map(([term, meaning]) => `  ${term.padEnd(width)}  ${meaning}`),
    ...(command.examples ? ['', 'Examples:', ...command.examples.map((example) => `  ${example}`)] : []),
  ].join('\n');
}
