import { StromaError } from '@stroma/kernel';
import { replaceWords } from './text-scan.ts';

/** Runs work on a person; a failure that quotes them is told, kept and logged without their words. */
export async function withoutNames<T>(identifiers: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const message = replaceWords(error.message, identifiers);
    if (message === error.message) throw error;
    throw error instanceof StromaError ? new StromaError(error.code, message) : new Error(message);
  }
}
