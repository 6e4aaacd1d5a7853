import { z } from 'zod';
import { fail } from '../platform/failure.ts';

const cursorSchema = z.tuple([z.union([z.string(), z.number()]), z.string()]);

/** Where a page ended: the value it was sorted by, and the id that breaks ties. */
export type Cursor = z.infer<typeof cursorSchema>;

export function readCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    return fail('INVALID_INPUT', 'Expected the next_cursor of the page before, unchanged.', {
      field: 'cursor',
    });
  }
}

/** Cuts `limit + 1` rows to a page. */
export function toPage<Row, Item>(
  rows: Row[],
  limit: number,
  cursorOf: (row: Row) => Cursor,
  itemOf: (row: Row) => Item,
): { items: Item[]; next_cursor: string | null } {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    items: kept.map(itemOf),
    next_cursor: more ? Buffer.from(JSON.stringify(cursorOf(last))).toString('base64url') : null,
  };
}
