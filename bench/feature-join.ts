import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDb, quoteLiteral } from '@stroma/lake';
import { type JoinedView, pointInTimeSql } from '../server/models/features/point-in-time.ts';
import { inTurns, median, print, round } from './measure.ts';

/**
 * 1M rows get the features of three views of 1M events each (one with an available time, one with a time to live), Parquet
 * to Parquet, two threads. The other side joins the same tables with the engine's bare ASOF: no available time, no rule
 * for ties, no time to live, the rows in any order. It is the least such a join can cost.
 */
const rows = 1_000_000;
const entities = 50_000;
const folder = await mkdtemp(join(tmpdir(), 'stroma-bench-features-'));
const db = await openDuckDb({ memoryMb: 2048, threads: 2, tempFolder: join(folder, 'spill') });
const file = (name: string) => quoteLiteral(join(folder, `${name}.parquet`));
const write = (select: string, name: string) => db.run(`COPY (${select}) TO ${file(name)} (FORMAT parquet)`);

try {
  const moment = (seed: number) =>
    `TIMESTAMP '2025-01-01' + to_seconds((hash(i * 7 + ${seed}) % 31536000)::BIGINT)`;
  await write(
    `SELECT (hash(i) % ${entities})::BIGINT AS patient, ${moment(1)} AS seen_at, i % 2 AS sick FROM range(${rows}) t(i)`,
    'labels',
  );
  for (const [at, name] of ['a', 'b', 'c'].entries())
    await write(
      `SELECT (hash(i + ${at}) % ${entities})::BIGINT AS patient, ${moment(10 + at)} AS e, ${moment(10 + at)} + to_hours((i % 72)::BIGINT) AS k, (i % 997) / 7.0 AS x, (i % 13)::BIGINT AS y FROM range(${rows}) t(i)`,
      name,
    );
  for (const name of ['labels', 'a', 'b', 'c'])
    await db.run(`CREATE VIEW ${name} AS SELECT * FROM read_parquet(${file(name)})`);
  const view = (table: string, availableTime: string | null, ttlSeconds: number | null): JoinedView => ({
    table,
    keys: [{ asked: 'patient', key: 'patient', asText: false }],
    eventTime: 'e',
    availableTime,
    ttlSeconds,
    features: ['x', 'y'].map((column) => ({ column, as: `${table}_${column}` })),
  });
  const ours = pointInTimeSql({ table: 'labels', timeColumn: 'seen_at' }, [
    view('a', null, null),
    view('b', 'k', null),
    view('c', null, 30 * 86_400),
  ]);
  const bare = `SELECT l.*, a.x AS ax, a.y AS ay, b.x AS bx, b.y AS "by", c.x AS cx, c.y AS cy FROM labels l ${[
    'a',
    'b',
    'c',
  ]
    .map((name) => `ASOF LEFT JOIN ${name} ON l.patient = ${name}.patient AND l.seen_at >= ${name}.e`)
    .join(' ')}`;
  const times = await inTurns(
    3,
    () => write(ours, 'ours'),
    () => write(bare, 'bare'),
  );
  const [mine, peer] = [median(times.ours) / 1000, median(times.peer) / 1000];
  print({
    bench: 'feature-join',
    figure: '1M rows x 3 views of 1M events',
    unit: 's',
    ours: round(mine),
    peer: round(peer),
    peer_name: 'bare ASOF joins',
    ratio: round(mine / peer),
    target: 'ours <= 60 s',
    ok: mine <= 60,
  });
} finally {
  db.close();
  await rm(folder, { recursive: true, force: true });
}
