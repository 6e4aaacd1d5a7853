import { StromaError } from '@stroma/kernel';

export const refused = (message: string) => new StromaError('INVALID_INPUT', message);

/** Throws INVALID_INPUT unless all are whole numbers from 1. */
export function checkWhole(settings: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  for (const name of names) {
    const value = settings[name];
    if (!Number.isInteger(value) || (value as number) < 1)
      throw refused(`${name} must be a whole number from 1; given ${String(value)}.`);
  }
}

/** Throws INVALID_INPUT for a kernel that has no middle, which would shift what it sees. */
export function checkKernel(kernel: number): void {
  if (!Number.isInteger(kernel) || kernel < 1 || kernel % 2 === 0)
    throw refused(`kernel must be an odd number from 1; given ${kernel}.`);
}

/** Throws INVALID_INPUT for one channel alone, of which a norm over the channels leaves nothing. */
export function checkWidth(width: number): void {
  if (!Number.isInteger(width) || width < 2)
    throw refused(`width must be a whole number from 2; given ${width}.`);
}

export function checkHeads(width: number, heads: number): void {
  if (width % heads !== 0)
    throw refused(
      `width must be a multiple of heads, which share it; given a width of ${width} and ${heads} heads.`,
    );
}

export function checkDropout(dropout: number): void {
  if (!(dropout >= 0 && dropout < 1)) throw refused(`dropout must be from 0 to below 1; given ${dropout}.`);
}

/** Throws MODEL_INVALID unless it is a saved network of one of these kinds. */
export function checkSaved(
  { kind, version }: { kind: string; version: number },
  kinds: readonly string[],
): void {
  if (!kinds.includes(kind) || version !== 1)
    throw new StromaError(
      'MODEL_INVALID',
      `A saved network of kind ${kinds.join(', ')}, version 1, was expected; "${kind}" of version ${version} was given.`,
    );
}
