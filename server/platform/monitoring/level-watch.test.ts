import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LevelWatch, overBelow } from './level-watch.ts';

const changes = (watch: LevelWatch, levels: number[], everyMs = 10_000) =>
  levels.flatMap((percent, n) => watch.see(percent, n * everyMs)?.kind ?? []);

describe('a level that is watched', () => {
  it('is told of once when it reaches the threshold, and once when it has fallen well below', () => {
    const watch = new LevelWatch(80, 0);
    expect(changes(watch, [79, 80, 85, 90, 81, 78, 75, 74.9, 74, 60])).toEqual(['raised', 'resolved']);
    expect(watch.raised).toBe(false);
  });

  it('that sways about the threshold is one alert', () => {
    expect(changes(new LevelWatch(80, 0), [81, 79, 81, 79, 81, 76, 81])).toEqual(['raised']);
  });

  it('is looked at over its window: a moment is no alert, a stretch is', () => {
    const busy = Array.from({ length: 31 }, () => 95);
    expect(changes(new LevelWatch(80, 300_000), [...Array(31).fill(20), 100, 100, 100])).toEqual([]);
    expect(changes(new LevelWatch(80, 300_000), [...Array(31).fill(20), ...busy])).toEqual(['raised']);
  });

  it('says nothing before its window is full', () => {
    expect(changes(new LevelWatch(80, 300_000), Array(30).fill(100))).toEqual([]);
    expect(changes(new LevelWatch(80, 300_000), Array(31).fill(100))).toEqual(['raised']);
  });

  it('goes on as raised after a restart, and is over when it has fallen', () => {
    const watch = new LevelWatch(80, 0, true);
    expect(changes(watch, [85, 79, 70])).toEqual(['resolved']);
  });

  it('raises and resolves in turn, whatever comes, and never without cause', () => {
    const level = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(level, { maxLength: 200 }),
        fc.integer({ min: 1, max: 99 }),
        (levels, threshold) => {
          const watch = new LevelWatch(threshold, 0);
          let raised = false;
          for (const [n, percent] of levels.entries()) {
            const change = watch.see(percent, n);
            if (change === null) continue;
            expect(change.kind).toBe(raised ? 'resolved' : 'raised');
            if (change.kind === 'raised') expect(percent).toBeGreaterThanOrEqual(threshold);
            else expect(percent).toBeLessThan(overBelow(threshold));
            raised = !raised;
          }
        },
      ),
    );
  });
});
