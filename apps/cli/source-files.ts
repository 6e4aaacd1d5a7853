import { createWriteStream, mkdirSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StromaError } from '@stroma/kernel';
import type { RunningCommand } from './commands.ts';
import { UsageError } from './failure.ts';

export interface SourceFile {
  /** As it was written on the command line. */
  given: string;
  path: string;
  /** Name the content is read under. */
  fileName: string;
}

/** A word names a file when there is one, or when it is "-" for standard input. */
export const isFile = (word: string): boolean =>
  word === '-' || statSync(word, { throwIfNoEntry: false })?.isFile() === true;

/** Whether a word can only be meant as a file: it has a folder or an extension in it. */
const looksLikeFile = (word: string): boolean => /[/\\]|\.[A-Za-z0-9]{1,8}$/.test(word);

/** Throws NOT_FOUND, saying what was looked for, for a word that is neither file nor (with a server) dataset. */
export function refuseMissingFile(word: string, withServer: boolean): never {
  if (statSync(word, { throwIfNoEntry: false })?.isDirectory())
    throw new StromaError('NOT_FOUND', `Expected a file, but "${word}" is a folder. Name the files in it.`, {
      path: word,
    });
  const advice =
    withServer || looksLikeFile(word)
      ? 'Check the path.'
      : 'Datasets live on a server, and none is known: run "stroma login", or set STROMA_URL and STROMA_TOKEN.';
  throw new StromaError(
    'NOT_FOUND',
    `There is no file "${word}"${isAbsolute(word) ? '' : ` in ${process.cwd()}`}. ${advice}`,
    {
      path: word,
    },
  );
}

/** Files of the command line; standard input is put into `folder` first. */
export async function openSourceFiles(
  words: readonly string[],
  folder: string,
  { invocation, signal }: RunningCommand,
): Promise<SourceFile[]> {
  if (words.filter((word) => word === '-').length > 1)
    throw new UsageError(
      'Expected "-" at most once: standard input can be read once.',
      invocation.command.name,
    );
  const files: SourceFile[] = [];
  for (const word of words) {
    if (word !== '-') {
      if (!isFile(word)) refuseMissingFile(word, false);
      files.push({ given: word, path: resolve(word), fileName: basename(word) });
      continue;
    }
    const inputFolder = join(folder, 'stdin');
    mkdirSync(inputFolder, { recursive: true });
    const path = join(inputFolder, 'input');
    await pipeline(process.stdin, createWriteStream(path), { signal });
    files.push({ given: word, path, fileName: invocation.text('name') ?? 'stdin' });
  }
  return files;
}
