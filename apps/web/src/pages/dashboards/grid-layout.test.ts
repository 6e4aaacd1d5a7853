import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arranged, gridColumns, nextPlace, type Placed, within, withPlace } from './grid-layout.ts';

const place = fc
  .record({
    x: fc.integer({ min: 0, max: 11 }),
    y: fc.integer({ min: 0, max: 30 }),
    w: fc.integer({ min: 1, max: 12 }),
    h: fc.integer({ min: 1, max: 10 }),
  })
  .map(within);
const tiles = fc
  .array(place, { minLength: 1, maxLength: 14 })
  .map((places) => places.map((each, at): Placed => ({ tile_id: `t${at}`, place: each })));

const overlaps = (all: readonly Placed[]) =>
  all.flatMap(({ place: a }, at) =>
    all
      .slice(at + 1)
      .filter(({ place: b }) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h),
  );

describe('tiles on the grid', () => {
  it('never overlap, stay within the columns and keep their size', () => {
    fc.assert(
      fc.property(tiles, fc.nat(13), place, (before, at, target) => {
        const id = before[at % before.length]?.tile_id ?? '';
        const after = withPlace(before, id, target);
        expect(overlaps(after)).toEqual([]);
        for (const { tile_id, place: now } of after) {
          expect(now.x + now.w).toBeLessThanOrEqual(gridColumns);
          const was = tile_id === id ? target : before.find((each) => each.tile_id === tile_id)?.place;
          expect([now.w, now.h, now.x]).toEqual([was?.w, was?.h, was?.x]);
        }
      }),
    );
  });

  it('stand still once they are arranged', () => {
    fc.assert(
      fc.property(tiles, (before) => {
        const once = arranged(before);
        expect(arranged(once)).toEqual(once);
      }),
    );
  });

  it('make room for the one that is moved onto them', () => {
    const two: Placed[] = [
      { tile_id: 'a', place: { x: 0, y: 0, w: 6, h: 4 } },
      { tile_id: 'b', place: { x: 0, y: 4, w: 6, h: 4 } },
    ];
    const after = withPlace(two, 'b', { x: 0, y: 0, w: 6, h: 4 });
    expect(after.map(({ place: { y } }) => y)).toEqual([4, 0]);
  });

  it('get the first place where a new one finds room', () => {
    fc.assert(
      fc.property(tiles, place, (before, size) => {
        const standing = arranged(before);
        const added = { tile_id: 'new', place: nextPlace(standing, size) };
        expect(overlaps([...standing, added])).toEqual([]);
        expect(arranged([...standing, added]).at(-1)).toEqual(added);
      }),
    );
  });
});
