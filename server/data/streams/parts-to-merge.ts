import type { PartList } from '../datasets/version-parts.ts';

const atOnce = 7;
const smallestBytes = 64 * 1024;

/**
 * How many of the newest parts the next one takes in: seven of its own size or less make it one of the next size, eight
 * times as large. So a table of n parts has some seven for each eightfold, and a row is written again as often.
 */
export function partsToMerge(parts: PartList['parts']): number {
  let merged = 0;
  for (let size = smallestBytes; ; size *= 8) {
    let run = merged;
    while (run < parts.length && (parts[parts.length - 1 - run]?.bytes ?? 0) <= size) run += 1;
    if (run - merged < atOnce) return merged;
    merged = run;
  }
}
