import type { Tile, TileKind } from '@stroma/contracts';
import { nextPlace, type Placed } from './grid-layout.ts';

export const tileId = (): string => `til_${crypto.randomUUID()}`;

const sizes: Partial<Record<TileKind, { w: number; h: number }>> = {
  number: { w: 3, h: 4 },
  gauge: { w: 3, h: 5 },
  text: { w: 12, h: 2 },
  map: { w: 7, h: 9 },
};

/** A tile where there is room, yet without anything to show. */
export const newTile = (kind: TileKind, tiles: readonly Placed[]): Tile => ({
  tile_id: tileId(),
  title: '',
  description: '',
  kind,
  place: nextPlace(tiles, sizes[kind] ?? { w: 6, h: 7 }),
  query: null,
  spec: null,
  options: kind === 'text' ? { text: '' } : {},
});
