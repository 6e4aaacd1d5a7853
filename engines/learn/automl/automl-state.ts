import { StromaError } from '@stroma/kernel';
import type { Configuration } from './portfolio.ts';

/** One configuration fitted once. */
export interface FinishedFit {
  configuration: Configuration;
  fold: number;
  /** It was fitted to. */
  rows: number;
  /** Of what its settings ask for; all when left out. */
  budget?: number;
  seconds: number;
  /** Of the fold's test rows, rows x outputs; null where the fit failed. */
  predicted: Float64Array | null;
  /** Why it failed. */
  fault: string | null;
}

/** All that a run needs to go on after it was cut off: plain and typed arrays, for structured clone or a file. */
export interface AutomlState {
  version: 1;
  /** Of table, target and options: a state of others is refused. */
  fingerprint: string;
  /** Seconds used so far. */
  seconds: number;
  fits: FinishedFit[];
}

export function stateFor(fingerprint: string, given: AutomlState | undefined): AutomlState {
  if (given === undefined) return { version: 1, fingerprint, seconds: 0, fits: [] };
  if (given.version !== 1 || given.fingerprint !== fingerprint)
    throw new StromaError(
      'INVALID_INPUT',
      'A state of the same table, target, metric, preset and seed was expected; this one is of others. Begin anew without it.',
      { expected: fingerprint, given: given.fingerprint },
    );
  return { ...given, fits: [...given.fits] };
}

/** 64 bits of all the numbers and texts given, in hexadecimal (FNV-1a, twice): tells documents apart, proves nothing. */
export function fingerprintOf(parts: Iterable<string | number | Float64Array | Int32Array>): string {
  let [a, b] = [0x811c9dc5, 0x01000193];
  const add = (byte: number) => {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x85ebca6b) ^ (b >>> 13);
  };
  for (const part of parts) {
    if (typeof part === 'string' || typeof part === 'number') {
      const text = String(part);
      for (let at = 0; at < text.length; at++) add(text.charCodeAt(at));
      add(0);
    } else for (const byte of new Uint8Array(part.buffer, part.byteOffset, part.byteLength)) add(byte);
  }
  return [a, b].map((own) => (own >>> 0).toString(16).padStart(8, '0')).join('');
}
