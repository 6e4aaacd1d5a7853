import type { Tile } from '@stroma/contracts';

export type Place = Tile['place'];

export interface Placed {
  tile_id: string;
  place: Place;
}

export const gridColumns = 12;
/** Pixels of a row. */
export const gridRow = 40;
export const smallest = { w: 2, h: 2 } as const;

const overlap = (a: Place, b: Place): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** In the order in which they are read: from the top, then from the start. */
export const inReadingOrder = <Each extends Placed>(tiles: readonly Each[]): Each[] =>
  tiles.toSorted((a, b) => a.place.y - b.place.y || a.place.x - b.place.x);

/**
 * Every tile as high up as it can stand without another below it moving up past one above: nothing overlaps, no row
 * is empty between. The tile that was moved goes before those that stood where it comes to stand.
 */
export function arranged<Each extends Placed>(tiles: readonly Each[], moved?: string): Each[] {
  const key = ({ tile_id, place }: Placed) => place.y - (tile_id === moved ? 0.5 : 0);
  const sorted = tiles.toSorted((a, b) => key(a) - key(b) || a.place.x - b.place.x);
  const standing: Place[] = [];
  const places = new Map<string, Place>();
  for (const { tile_id, place } of sorted) {
    const free = (y: number) => !standing.some((other) => overlap(other, { ...place, y }));
    let y = place.y;
    while (!free(y)) y += 1;
    while (y > 0 && free(y - 1)) y -= 1;
    standing.push({ ...place, y });
    places.set(tile_id, { ...place, y });
  }
  return tiles.map((tile) => ({ ...tile, place: places.get(tile.tile_id) ?? tile.place }));
}

/** A place inside the grid. */
export function within({ x, y, w, h }: Place): Place {
  const width = Math.max(smallest.w, Math.min(gridColumns, Math.round(w)));
  return {
    w: width,
    h: Math.max(smallest.h, Math.min(60, Math.round(h))),
    x: Math.max(0, Math.min(gridColumns - width, Math.round(x))),
    y: Math.max(0, Math.min(2000, Math.round(y))),
  };
}

export const withPlace = <Each extends Placed>(tiles: readonly Each[], id: string, place: Place): Each[] =>
  arranged(
    tiles.map((tile) => (tile.tile_id === id ? { ...tile, place: within(place) } : tile)),
    id,
  );

/** The first place from the top, then from the start, where a tile of that size finds room. */
export function nextPlace(tiles: readonly Placed[], { w, h }: Pick<Place, 'w' | 'h'>): Place {
  const bottom = Math.max(0, ...tiles.map(({ place }) => place.y + place.h));
  for (let y = 0; y < bottom; y += 1)
    for (let x = 0; x + w <= gridColumns; x += 1) {
      const place = { x, y, w, h };
      if (!tiles.some((tile) => overlap(tile.place, place))) return place;
    }
  return { x: 0, y: bottom, w, h };
}
