import type { BoardDocument, Tile } from '@stroma/contracts';
import { fail } from '../../platform/failure.ts';

/** Throws INVALID_INPUT where a document contradicts itself. */
export function requireSound({ tiles, variables }: BoardDocument): void {
  const twice = (names: readonly string[]): string | undefined =>
    names.find((name, at) => names.indexOf(name) !== at);
  const tile = twice(tiles.map(({ tile_id }) => tile_id));
  if (tile !== undefined)
    fail('INVALID_INPUT', `Expected each tile once, got ${tile} twice.`, { field: 'tiles' });
  const variable = twice(variables.map(({ name }) => name));
  if (variable !== undefined)
    fail('INVALID_INPUT', `Expected each variable once, got "${variable}" twice.`, { field: 'variables' });
  const wide = tiles.find(({ place }) => place.x + place.w > 12);
  if (wide !== undefined)
    fail(
      'INVALID_INPUT',
      `Expected tiles within 12 columns; "${wide.title}" ends at ${wide.place.x + wide.place.w}.`,
      {
        field: 'tiles',
      },
    );
  const empty = tiles.find(({ kind, query }) => (kind === 'text') !== (query === null));
  if (empty !== undefined)
    fail(
      'INVALID_INPUT',
      `Expected a query for every tile but a text; "${empty.title}" is a ${empty.kind}.`,
      {
        field: 'tiles',
      },
    );
}

/** What changed from one document to the next, in words a list of versions shows. */
export function describeChange(before: BoardDocument, after: BoardDocument): string {
  const known = new Map(before.tiles.map((tile) => [tile.tile_id, tile]));
  const kept = new Set(after.tiles.map(({ tile_id }) => tile_id));
  const added = after.tiles.filter(({ tile_id }) => !known.has(tile_id));
  const removed = before.tiles.filter(({ tile_id }) => !kept.has(tile_id));
  const changed = after.tiles.filter((tile) => {
    const was = known.get(tile.tile_id);
    return was !== undefined && !same(contentOf(was), contentOf(tile));
  });
  const moved = after.tiles.filter((tile) => {
    const was = known.get(tile.tile_id);
    return was !== undefined && !same(was.place, tile.place);
  });
  const parts = [
    named('Added', added),
    named('Removed', removed),
    named('Changed', changed),
    changed.length === 0 && moved.length > 0 ? `Moved ${countOf(moved.length)}` : null,
    before.name === after.name ? null : 'Renamed',
    same(before.filters, after.filters) ? null : 'Changed the filters',
    same(before.variables, after.variables) ? null : 'Changed the variables',
    same(before.time_range, after.time_range) ? null : 'Changed the time range',
    same(
      [before.description, before.refresh_s, before.cross_filter],
      [after.description, after.refresh_s, after.cross_filter],
    )
      ? null
      : 'Changed the settings',
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'Saved without a change' : parts.join('; ');
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
const contentOf = ({ place: _, ...content }: Tile) => content;
const countOf = (count: number): string => (count === 1 ? 'one tile' : `${count} tiles`);

function named(deed: string, tiles: readonly Tile[]): string | null {
  const [first] = tiles;
  if (first === undefined) return null;
  return tiles.length === 1 && first.title !== ''
    ? `${deed} “${first.title}”`
    : `${deed} ${countOf(tiles.length)}`;
}
