import { fail } from '../../platform/failure.ts';

/** Where a page in the order of names ended. */
export interface NameCursor {
  name: string;
  id: string;
}

export const writeNameCursor = ({ name, id }: NameCursor): string =>
  Buffer.from(JSON.stringify([name.toLowerCase(), id])).toString('base64url');

/** Throws INVALID_INPUT for what no page answered. */
export function readNameCursor(text: string): NameCursor {
  try {
    const [name, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    if (typeof name === 'string' && typeof id === 'string') return { name, id };
  } catch {
    // Answered below, as everything else that is none.
  }
  return fail('INVALID_INPUT', 'Expected the next_cursor of the page before, unchanged.', {
    field: 'cursor',
  });
}
