import type { SeededRandom } from '@stroma/kernel';
import type { Target } from '../estimator.ts';

/** `size` of the rows, in their order. Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S. */
export function drawRows(rows: Uint32Array, size: number, random: SeededRandom): Uint32Array {
  const drawn = new Uint32Array(size);
  let taken = 0;
  for (let at = 0; taken < size; at++)
    if ((rows.length - at) * random.next() < size - taken) drawn[taken++] = rows[at] as number;
  return drawn;
}

/**
 * Rows to learn from and rows to check on, each ascending: `share` of each class, of those with and without an event, or
 * of the groups. At least one of each kind stays to learn from.
 */
export function holdOut(
  target: Target,
  rows: Uint32Array,
  share: number,
  random: SeededRandom,
): { learn: Uint32Array; check: Uint32Array } {
  const strata = Map.groupBy(rows, (row) => {
    if (target.kind === 'class') return target.codes[row];
    return target.kind === 'survival' ? target.events[row] : 0;
  });
  const held = new Set<number>();
  if (target.kind === 'ranking') {
    const groups = Uint32Array.from(new Set(Array.from(rows, (row) => target.groups[row] as number)));
    const chosen = new Set(drawRows(groups, Math.floor(share * groups.length), random));
    for (const row of rows) if (chosen.has((target.groups[row] as number) >>> 0)) held.add(row);
  } else
    for (const members of strata.values()) {
      const size = Math.min(members.length - 1, Math.round(share * members.length));
      for (const row of drawRows(Uint32Array.from(members), size, random)) held.add(row);
    }
  return { learn: rows.filter((row) => !held.has(row)), check: rows.filter((row) => held.has(row)) };
}
