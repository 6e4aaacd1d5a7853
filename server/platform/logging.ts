import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import type { Config } from './config/config.ts';

const secrets = ['password', 'token', 'authorization', 'cookie', 'key', 'secret'];

/** An error as it was logged, with what its logger knew. */
export interface LoggedError {
  level: 'error' | 'fatal';
  error: unknown;
  /** The sentence it was logged with. */
  text: string;
  request: string | null;
  actor: string | null;
  job: string | null;
  /** Method and route pattern, or the kind of a job. */
  where: string | null;
}

type Listener = (logged: LoggedError) => void;

const listener = Symbol('listens to errors');
const errorLevel = 50;

interface Heard {
  [listener]?: Listener;
}

/** Tells `hear` of every error that is logged with `log`, or with a logger made from it, from now on. */
export function hearErrors(log: Logger, hear: Listener): void {
  (log as Heard)[listener] = hear;
}

/**
 * For a logger whose errors are to be heard. Loggers made from one inherit who listens, so that a test with two servers
 * does not mix theirs.
 */
export const heardErrors: Pick<LoggerOptions, 'hooks'> = {
  hooks: {
    logMethod(given, method, level) {
      if (level >= errorLevel) (this as Heard)[listener]?.(loggedError(this, given, level));
      method.apply(this, given);
    },
  },
};

function loggedError(log: Logger, given: readonly unknown[], level: number): LoggedError {
  const [first, second] = given;
  const fields = typeof first === 'object' && first !== null && !(first instanceof Error) ? first : {};
  const known = { ...log.bindings(), ...fields } as Record<string, unknown>;
  const word = (name: string) => (typeof known[name] === 'string' ? (known[name] as string) : null);
  return {
    level: level > errorLevel ? 'fatal' : 'error',
    error: first instanceof Error ? first : known.err,
    text: typeof first === 'string' ? first : typeof second === 'string' ? second : 'an error without a word',
    request: word('request'),
    actor: word('actor'),
    job: word('job'),
    where: word('route') ?? word('kind'),
  };
}

const nowhere: DestinationStream = { write: () => undefined };

/** JSON lines on stdout; on a terminal the same in words. */
export function openLog(config: Pick<Config, 'STROMA_LOG_LEVEL'>): Logger {
  const silent = config.STROMA_LOG_LEVEL === 'silent';
  return pino(
    {
      ...heardErrors,
      // Who wants no lines may still want to see faults on the System page.
      level: silent ? 'error' : config.STROMA_LOG_LEVEL,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[not shown]' },
    },
    silent
      ? nowhere
      : process.stdout.isTTY
        ? inWords(process.stdout)
        : pino.destination({ dest: 1, sync: true }),
  );
}

function inWords(terminal: NodeJS.WriteStream): DestinationStream {
  return {
    write(line: string) {
      const { level, time, msg, pid: _, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
      const more = Object.entries(rest).map(([name, value]) => ` ${name}=${asWord(value)}`);
      const stack = (err as { stack?: string } | undefined)?.stack;
      const word = pino.levels.labels[level as number] ?? '';
      terminal.write(
        `${String(time).slice(11, 19)} ${word} ${msg}${more.join('')}\n${stack ? `${stack}\n` : ''}`,
      );
    },
  };
}

const asWord = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
