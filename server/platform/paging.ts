import { type IdKind, idOf } from '@stroma/contracts';
import { z } from 'zod';
import { fail } from './failure.ts';

const cursorSchema = z.tuple([z.union([z.string(), z.number()]), z.string()]);

/** Where a page ended: the value it was sorted by, and the id that breaks ties. */
export type Cursor = z.infer<typeof cursorSchema>;

export const foreignCursor = (): never =>
  fail('INVALID_INPUT', 'Expected the next_cursor of the page before, unchanged.', { field: 'cursor' });

export function readCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    return foreignCursor();
  }
}

/** The cursor of a list in the order of its ids: the last id of the page before. */
export function readIdCursor(kind: IdKind, text: string | undefined): string | undefined {
  return text === undefined || idOf(kind).safeParse(text).success ? text : foreignCursor();
}

export const writeCursor = (cursor: Cursor): string =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url');

/** Cuts `limit + 1` rows to a page; `cursorOf` names the row behind which the next page begins. */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
): { page: Row[]; next_cursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next_cursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}

/** The same as it is answered, for a list in any order. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => Cursor,
  itemOf: (row: Row) => Item,
): { items: Item[]; next_cursor: string | null } {
  const { page, next_cursor } = cutPage(rows, limit, (row) => writeCursor(cursorOf(row)));
  return { items: page.map(itemOf), next_cursor };
}
