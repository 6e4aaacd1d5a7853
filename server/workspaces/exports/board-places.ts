import type { TilePlace } from '@stroma/contracts';

/** Between tiles, as on screen. */
export const gap = 16;
/** A row of the grid with the gap below it. */
export const rowPixels = 40;
export const margin = 24;

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where tiles of a board `width` pixels wide stand, from its upper left corner. */
export function boxOf({ x, y, w, h }: TilePlace, width: number): Box {
  const column = (width + gap) / 12;
  return { x: x * column, y: y * rowPixels, width: w * column - gap, height: h * rowPixels - gap };
}

/** Tiles in stripes between which no tile stands, from the top: where a page may end. */
export function stripesOf<T extends { box: Box }>(
  placed: readonly T[],
): { top: number; tiles: T[]; height: number }[] {
  const stripes: { top: number; tiles: T[]; height: number }[] = [];
  for (const each of [...placed].sort((a, b) => a.box.y - b.box.y || a.box.x - b.box.x)) {
    const last = stripes.at(-1);
    const bottom = each.box.y + each.box.height;
    if (last === undefined || each.box.y >= last.top + last.height)
      stripes.push({ top: each.box.y, tiles: [each], height: each.box.height });
    else {
      last.tiles.push(each);
      last.height = Math.max(last.height, bottom - last.top);
    }
  }
  return stripes;
}
