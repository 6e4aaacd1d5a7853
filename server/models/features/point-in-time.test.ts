import { type DuckDb, openDuckDb } from '@stroma/lake';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JoinedView, pointInTimeSql } from './point-in-time.ts';

/** Whole seconds after an epoch; null is missing. */
interface Event {
  key: number | null;
  event: number | null;
  available: number | null;
  a: number | null;
  b: string | null;
}
interface Asked {
  key: number | null;
  at: number | null;
}
interface Shape {
  ttl: number | null;
  hasAvailable: boolean;
}
type Found = [a: number | null, b: string | null];

let db: DuckDb;
beforeAll(async () => {
  db = await openDuckDb({ memoryMb: 256, threads: 2, tempFolder: null });
});
afterAll(() => db.close());

const runs = Number(process.env.STROMA_TEST_WALK_RUNS ?? 60);
const second = (value: number | null): string =>
  value === null ? 'NULL::TIMESTAMP' : `make_timestamp(${value * 1_000_000}::BIGINT)`;
const literal = (value: number | string | null): string =>
  value === null ? 'NULL' : typeof value === 'number' ? String(value) : `'${value}'`;

async function joined(asked: readonly Asked[], events: readonly Event[], shape: Shape): Promise<Found[]> {
  const values = (rows: readonly string[], empty: string) =>
    rows.length === 0
      ? `SELECT * FROM (VALUES ${empty}) t WHERE false`
      : `SELECT * FROM (VALUES ${rows.join(', ')}) t`;
  await db.run(
    `CREATE OR REPLACE TABLE labels AS SELECT col0::INT AS patient, col1 AS "drawn at" FROM (${values(
      asked.map(({ key, at }) => `(${literal(key)}, ${second(at)})`),
      `(1, ${second(1)})`,
    )})`,
  );
  await db.run(
    `CREATE OR REPLACE TABLE events AS SELECT col0::INT AS id, col1 AS e, col2 AS k, col3::DOUBLE AS a, col4::VARCHAR AS b FROM (${values(
      events.map(
        (each) =>
          `(${literal(each.key)}, ${second(each.event)}, ${second(each.available)}, ${literal(each.a)}, ${literal(each.b)})`,
      ),
      `(1, ${second(1)}, ${second(1)}, 1, 'x')`,
    )})`,
  );
  const view: JoinedView = {
    table: 'events',
    keys: [{ asked: 'patient', key: 'id', asText: false }],
    eventTime: 'e',
    availableTime: shape.hasAvailable ? 'k' : null,
    ttlSeconds: shape.ttl,
    features: [
      { column: 'a', as: 'A' },
      { column: 'b', as: 'B' },
    ],
  };
  const rows = await db.rows(pointInTimeSql({ table: 'labels', timeColumn: 'drawn at' }, [view]));
  return rows.map((each) => [each[2], each[3]] as Found);
}

/** The rules read one row at a time. */
function expected({ key, at }: Asked, events: readonly Event[], { ttl, hasAvailable }: Shape): Found {
  if (key === null || at === null) return [null, null];
  const least = (left: number | string | null, right: number | string | null): number =>
    left === right ? 0 : left === null ? -1 : right === null ? 1 : left < right ? -1 : 1;
  const [newest] = events
    .filter((each) => each.key === key && each.event !== null && each.event <= at)
    .filter((each) => !hasAvailable || (each.available !== null && each.available <= at))
    .toSorted(
      (left, right) =>
        -(
          least(left.event, right.event) ||
          (hasAvailable ? least(known(left), known(right)) : 0) ||
          least(left.a, right.a) ||
          least(left.b, right.b)
        ),
    );
  if (newest === undefined || (ttl !== null && at - (newest.event ?? 0) > ttl)) return [null, null];
  return [newest.a, newest.b];
}

/** Before its event nothing is known of it, whatever is said. */
const known = ({ event, available }: Event): number => Math.max(event ?? 0, available ?? 0);

const time = fc.option(fc.integer({ min: -6, max: 12 }), { freq: 8 });
const event = fc.record({
  key: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 9 }),
  event: time,
  available: time,
  a: fc.option(fc.integer({ min: 0, max: 3 })),
  b: fc.option(fc.constantFrom('x', 'y')),
});
const asked = fc.record({ key: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 9 }), at: time });
const shape = fc.record({ ttl: fc.option(fc.integer({ min: 1, max: 6 })), hasAvailable: fc.boolean() });
const tables = [fc.array(asked, { maxLength: 12 }), fc.array(event, { maxLength: 30 }), shape] as const;

describe('a point-in-time join', () => {
  it('gives each row, in their order, what reading the rules one row at a time gives', async () => {
    await fc.assert(
      fc.asyncProperty(...tables, async (rows, events, about) => {
        expect(await joined(rows, events, about)).toEqual(rows.map((each) => expected(each, events, about)));
      }),
      { numRuns: runs },
    );
  });

  it('says the same of a row whatever is put for what happened, or could be known, only after it', async () => {
    await fc.assert(
      fc.asyncProperty(...tables, fc.array(event, { maxLength: 20 }), async (rows, events, about, others) => {
        for (const { key, at } of rows.slice(0, 2)) {
          const isLater = (each: Event) =>
            at !== null &&
            ((each.event ?? -100) > at || (about.hasAvailable && (each.available ?? -100) > at));
          const past = events.filter((each) => !isLater(each));
          const rewritten = [...others.filter(isLater), ...past].reverse();
          const now = await joined([{ key, at }], events, about);
          expect(await joined([{ key, at }], rewritten, about)).toEqual(now);
          expect(await joined([{ key, at }], past, about)).toEqual(now);
        }
      }),
      { numRuns: Math.ceil(runs / 2) },
    );
  });
});
