import { foreignCursor, readCursor, writeCursor } from '../../platform/paging.ts';

/** Where a page in the order of names ended. */
export interface NameCursor {
  name: string;
  id: string;
}

export const writeNameCursor = ({ name, id }: NameCursor): string => writeCursor([name.toLowerCase(), id]);

/** Null for the first page. Throws INVALID_INPUT for what no page answered. */
export function readNameCursor(text: string | undefined): NameCursor | null {
  const cursor = readCursor(text);
  if (cursor === null) return null;
  const [name, id] = cursor;
  return typeof name === 'string' ? { name, id } : foreignCursor();
}
