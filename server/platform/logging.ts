import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config/config.ts';

const secrets = ['password', 'token', 'authorization', 'cookie', 'key', 'secret'];

/** JSON lines on stdout; on a terminal the same in words. */
export function openLog(config: Pick<Config, 'STROMA_LOG_LEVEL'>): Logger {
  return pino(
    {
      level: config.STROMA_LOG_LEVEL,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[not shown]' },
    },
    process.stdout.isTTY ? inWords(process.stdout) : pino.destination({ dest: 1, sync: true }),
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
