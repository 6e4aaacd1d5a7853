import { styleText } from 'node:util';
import { failureOf, UsageError } from './failure.ts';

export type Tone = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** What a command says: its result on standard output, everything else on standard error. */
export interface Output {
  readonly json: boolean;
  /** The result: the document with --json, the text for people otherwise. */
  result(document: unknown, text: () => string): Promise<void>;
  raw(text: string): Promise<void>;
  /** A line for people, never part of the result. */
  note(text: string): void;
  /** Shown on a terminal only, each in the place of the one before. */
  progress(fraction: number | null, phase: string): void;
  fail(error: unknown): Promise<void>;
  /** Colours where standard output shows them. */
  tint(tone: Tone, text: string): string;
  width: number;
}

export function openOutput(json: boolean, env: NodeJS.ProcessEnv): Output {
  const { stdout, stderr } = process;
  const noColour = (env.NO_COLOR ?? '') !== '';
  const colour = stdout.isTTY === true && !noColour && !json;
  const errorColour = stderr.isTTY === true && !noColour;
  let shown = false;
  const clear = () => {
    if (shown) stderr.write('\r\u001b[K');
    shown = false;
  };
  // A reader that has seen enough, as `head`, closes the pipe.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const write = (text: string) => {
    clear();
    return new Promise<void>((done) => void stdout.write(text, () => done()));
  };
  const jsonText = (document: unknown) => `${JSON.stringify(document, null, stdout.isTTY ? 2 : 0)}\n`;
  const note = (text: string) => {
    clear();
    stderr.write(`${text}\n`);
  };
  return {
    json,
    width: stdout.columns ?? 120,
    result: (document, text) => write(json ? jsonText(document) : `${text()}\n`),
    raw: write,
    note,
    progress(fraction, phase) {
      if (stderr.isTTY !== true) return;
      const share = fraction === null ? '' : `${String(Math.floor(fraction * 100)).padStart(3)} % `;
      stderr.write(`\r\u001b[K${share}${printable(phase)}`);
      shown = true;
    },
    async fail(error) {
      const failure = failureOf(error);
      if (json) await write(jsonText({ error: failure }));
      const label = errorColour ? styleText('red', 'stroma:', { validateStream: false }) : 'stroma:';
      note(`${label} ${printable(failure.message)}`);
      if (error instanceof UsageError)
        note(`See "stroma${error.command === null ? '' : ` ${error.command}`} --help".`);
    },
    tint: (tone, text) => (colour ? styleText(tone, text, { validateStream: false }) : text),
  };
}

const shownAs: Record<string, string> = { '\n': '⏎', '\r': '␍', '\t': '⇥' };

/** Text from a file or server for a terminal: nothing in it moves the cursor or changes colours. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => shownAs[character] ?? '�');
