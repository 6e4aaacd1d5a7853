/**
 * The audit record on PostgreSQL (STROMA_TEST_DATABASE_URL, see scripts/services.sh) and on the embedded store:
 * appends a second while the sealer links them, against bare inserts of the same rows without hash, mark, guard or
 * chain, one statement each without a transaction around it; then the time to verify the whole record.
 *   node bench/audit.ts [rows] [embedded rows]      one JSON line a figure
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAudit } from '../server/access/audit/open-audit.ts';
import { openTestKeys } from '../server/platform/crypto/test-keys.suite.ts';
import {
  embeddedStore,
  postgresqlStore,
  silent,
  type TestStore,
  testDatabaseUrl,
} from '../server/platform/db/test-database.suite.ts';
import { systemContext } from '../server/platform/system-actor.ts';
import { print, printNoise, round, timed } from './measure.ts';

const bench = 'audit';
const rows = Number(process.argv[2] ?? 1_000_000);
const embeddedRows = Number(process.argv[3] ?? 100_000);
/** Callers that each wait for their own event to be committed. */
const callers = 64;
const ownTransactions = 20_000;

const entry = (n: number) => ({
  action: 'dataset.changed' as const,
  object: { kind: 'dataset', id: `ds_${n}` },
  outcome: 'success' as const,
  before: { name: 'before', n },
  after: { name: 'after', n },
  details: { fields: 'name', n },
});

/** Calls `work` with 0 to count - 1 from all callers at once; answers calls a second. */
async function perSecond(count: number, work: (n: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const ms = await timed(() =>
    Promise.all(
      Array.from({ length: callers }, async () => {
        while (next < count) {
          next += 1;
          await work(next);
        }
      }),
    ),
  );
  return count / (ms / 1000);
}

async function measure(name: string, make: () => Promise<TestStore>, count: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stroma-bench-'));
  const store = await make();
  const opened = await store.open();
  const { keys, db } = await openTestKeys(opened, folder);
  const audit = await openAudit({ db, keys, log: silent });
  const ctx = systemContext(silent, 'tnt_bench');
  const figure = (
    what: string,
    unit: string,
    ours: number,
    peer: number | null,
    target: string,
    ok: boolean,
  ) =>
    print({
      bench,
      figure: `${what}, ${name}`,
      unit,
      ours: round(ours, 1),
      peer: peer === null ? null : round(peer, 1),
      peer_name: peer === null ? null : 'bare inserts',
      ratio: peer === null ? null : round(ours / peer),
      target,
      ok,
    });
  try {
    await db.execute('create table bare_events as select * from audit_events limit 0');
    audit.start();
    const few = Math.min(ownTransactions, count);
    const runs = { ours: [] as number[], bare: [] as number[] };
    for (let turn = 0; turn < 3; turn += 1) {
      runs.bare.push(
        await perSecond(few, (n) =>
          db.execute(
            `insert into bare_events (id, tenant_id, time, actor_id, actor_kind, actor_name, request_id, action, object_kind, object_id, outcome, content_sha256, mac, key_id)
             values ($1, 'tnt_bench', now(), 'system', 'system', 'Stroma', 'req', 'dataset.changed', 'dataset', $1, 'success', '', '', '')`,
            [`bare_${turn}_${n}`],
          ),
        ),
      );
      runs.ours.push(await perSecond(few, (n) => db.transaction((tx) => audit.record(tx, ctx, entry(n)))));
    }
    const middle = (values: number[]) => values.toSorted((a, b) => a - b)[1] ?? 0;
    const own = middle(runs.ours);
    figure('record, a transaction each, 64 callers', 'events/s', own, middle(runs.bare), 'reported', true);
    const rest = Math.max(0, count - few * 3);
    const appended = await perSecond(rest, (n) => audit.append(ctx, entry(n)));
    figure(
      'append, 64 callers, linked meanwhile',
      'events/s',
      appended,
      middle(runs.bare),
      '>= 5000 on PostgreSQL',
      name === 'embedded' || appended >= 5_000,
    );
    const linked = await timed(() => audit.sealNow());
    figure('until the last is linked after that', 's', linked / 1000, null, '<= 2 s', linked <= 2_000);
    await db.execute('analyze');
    const before = process.cpuUsage();
    const result = await audit.verify('tnt_bench');
    const used = process.cpuUsage(before);
    const seconds = result.duration_ms / 1000;
    figure(
      `verify ${result.events} events`,
      's',
      seconds,
      null,
      '<= 30 s for 1M',
      seconds <= 30 && result.intact,
    );
    figure(
      `processor time of this process for that`,
      's',
      (used.user + used.system) / 1e6,
      null,
      'reported',
      true,
    );
    printNoise(bench, runs);
  } finally {
    await audit.close();
    await opened.close();
    await store.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

if (testDatabaseUrl === '')
  console.error(
    'Without STROMA_TEST_DATABASE_URL (scripts/services.sh start) only the embedded store is measured.',
  );
else await measure('PostgreSQL', postgresqlStore, rows);
await measure('embedded', embeddedStore, embeddedRows);
