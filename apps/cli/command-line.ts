import { type ParseArgsConfig, parseArgs } from 'node:util';
import { commonOptions, type OptionDefinition } from './command-options.ts';
import { type CommandDefinition, commands, findCommand } from './commands.ts';
import { UsageError } from './failure.ts';
import { nearestWord } from './nearest-word.ts';

/** A command as it was given: its options by long name, and the words that are no options. */
export interface Invocation {
  command: CommandDefinition;
  words: string[];
  flag(name: string): boolean;
  text(name: string): string | null;
  texts(name: string): string[];
  /** Throws UsageError when it is not a number of the kind. */
  number(name: string, kind?: { whole?: boolean; least?: number }): number | null;
}

export type CommandLine =
  | { kind: 'help'; command: CommandDefinition | null }
  | { kind: 'version' }
  | { kind: 'run'; invocation: Invocation };

/** Reads the words after `stroma`. Throws UsageError with what to write instead. */
export function readCommandLine(words: readonly string[]): CommandLine {
  const [first, ...rest] = words;
  if (first === undefined || first === '--help' || first === '-h') return { kind: 'help', command: null };
  if (first === '--version' || first === '-v') return { kind: 'version' };
  if (first === 'help') return { kind: 'help', command: rest[0] === undefined ? null : named(rest[0]) };
  if (first.startsWith('-') && first !== '-') {
    const at = words.findIndex((word) => findCommand(word) !== null);
    if (at > 0) return readCommandLine([words[at] as string, ...words.slice(0, at), ...words.slice(at + 1)]);
    throw new UsageError(`Expected a command, given the option "${first}".`);
  }
  const command = named(first);
  const { values, positionals } = parse(command, rest);
  if (values.help === true) return { kind: 'help', command };
  checkCount(command, positionals);
  return { kind: 'run', invocation: invocationOf(command, positionals, values) };
}

function named(word: string): CommandDefinition {
  const command = findCommand(word);
  if (command !== null) return command;
  const near = nearestWord(
    word.toLowerCase(),
    commands.map((each) => each.name),
  );
  const advice = near === null ? 'Run "stroma --help" for the list.' : `Did you mean "stroma ${near}"?`;
  throw new UsageError(
    `There is no command "${word}". ${advice}`,
    null,
    near === null ? {} : { nearest: near },
  );
}

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

function parse(command: CommandDefinition, args: string[]): { values: Values; positionals: string[] } {
  const options: Record<string, OptionDefinition> = { ...command.options, ...commonOptions };
  const config: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, { type, short, multiple }] of Object.entries(options))
    config[name] = { type, ...(short && { short }), ...(multiple && { multiple }) };
  try {
    return parseArgs({ args, options: config, allowPositionals: true, strict: true });
  } catch (error) {
    throw usageErrorOf(error as Error & { code?: string }, command, Object.keys(options));
  }
}

function usageErrorOf(
  error: Error & { code?: string },
  command: CommandDefinition,
  known: string[],
): UsageError {
  const option = /'(?:-\w, )?(--?[\w-]+)/.exec(error.message)?.[1] ?? '';
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const near = nearestWord(option.replace(/^-+/, ''), known);
    const advice = near === null ? '' : ` Did you mean --${near}?`;
    return new UsageError(`"stroma ${command.name}" has no option ${option}.${advice}`, command.name);
  }
  if (error.code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
    const wanted = /argument missing|ambiguous/.test(error.message) ? 'a value after it' : 'no value';
    return new UsageError(`Expected ${option} with ${wanted}.`, command.name);
  }
  return new UsageError(error.message, command.name);
}

function checkCount(command: CommandDefinition, words: string[]): void {
  const [least, most] = command.arguments;
  if (words.length < least || words.length > most)
    throw new UsageError(
      `Expected ${command.usage[0]}, given ${words.length === 0 ? 'nothing more' : words.map((word) => JSON.stringify(word)).join(' ')}.`,
      command.name,
    );
}

function invocationOf(command: CommandDefinition, words: string[], values: Values): Invocation {
  const text = (name: string) => {
    const value = values[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    command,
    words,
    flag: (name) => values[name] === true,
    text,
    texts(name) {
      const value = values[name];
      return Array.isArray(value) ? value.map(String) : [];
    },
    number(name, { whole = true, least = 0 } = {}) {
      const given = text(name);
      if (given === null) return null;
      const value = given.trim() === '' ? Number.NaN : Number(given);
      if (Number.isFinite(value) && value >= least && (!whole || Number.isSafeInteger(value))) return value;
      throw new UsageError(
        `Expected --${name} with a ${whole ? 'whole ' : ''}number of at least ${least}, given "${given}".`,
        command.name,
      );
    },
  };
}
