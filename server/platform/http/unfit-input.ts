import { StromaError } from '@stroma/kernel';

const deepest = 64;

/**
 * What no schema needs to say: nothing is nested deeper than 64 levels, and no text holds the character NUL, which
 * the relational store cannot keep. Null for input that may go on to its schema.
 */
export function unfitInput(value: unknown, place: string): StromaError | null {
  const found = find(value, 0);
  if (found === null) return null;
  const field = found.path.toReversed().slice(0, 8).join('.') || place;
  return new StromaError('INVALID_INPUT', `The field "${field}" of the ${place} ${found.reason}.`, {
    field,
    in: place,
    reason: found.reason,
  });
}

interface Unfit {
  reason: string;
  /** Innermost first. */
  path: string[];
}

function find(value: unknown, depth: number): Unfit | null {
  if (typeof value === 'string')
    return value.includes('\0') ? { reason: 'holds the character NUL', path: [] } : null;
  if (typeof value !== 'object' || value === null) return null;
  if (depth > deepest) return { reason: `is nested deeper than ${deepest} levels`, path: [] };
  for (const key in value) {
    if (key.includes('\0')) return { reason: 'has a key that holds the character NUL', path: [] };
    const found = find((value as Record<string, unknown>)[key], depth + 1);
    if (found === null) continue;
    found.path.push(key.slice(0, 60));
    return found;
  }
  return null;
}
