import type { IndexedColumn } from './schema-index.ts';

/** Those of the view's own rows, or else those that the fewest keys lead to. */
export function nearest<T>(items: T[], column: (item: T) => IndexedColumn): T[] {
  const least = Math.min(...items.map((item) => column(item).distance));
  return items.filter((item) => column(item).distance === least);
}
