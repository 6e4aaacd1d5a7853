import type { Dataset, ErrorAnswer, ProvenanceGraph, Topic } from '@stroma/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../platform/system-actor.ts';
import { type DataServer, type Person, startDataServer } from '../data-server.suite.ts';
import { thinningKind } from './version-thinning.jobs.ts';
import { versionsToThin } from './version-thinning.ts';

const hourMs = 3_600_000;
const now = new Date('2026-06-15T12:30:00Z');
const before = (ms: number) => new Date(now.getTime() - ms);

describe('which versions are thinned', () => {
  const dated = fc
    .uniqueArray(fc.integer({ min: 0, max: 10 * 24 * hourMs }), { maxLength: 200 })
    .map((ages) => ages.map((age) => ({ id: String(age), createdAt: before(age) })));
  const kept = (versions: { id: string; createdAt: Date }[], at: Date) => {
    const going = new Set(versionsToThin(versions, at));
    return versions.filter((version) => !going.has(version));
  };

  it('leaves all of the last hour, one of each hour of a day, one of each day', () => {
    fc.assert(
      fc.property(dated, (versions) => {
        const left = kept(versions, now);
        const newest = versions.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0];
        if (newest !== undefined) expect(left).toContain(newest);
        const spans = left.flatMap(({ createdAt }) => {
          const age = now.getTime() - createdAt.getTime();
          if (age < hourMs) return [];
          return [createdAt.toISOString().slice(0, age < 25 * hourMs ? 13 : 10)];
        });
        expect(new Set(spans).size).toBe(spans.length);
        for (const version of versions)
          if (now.getTime() - version.createdAt.getTime() < hourMs) expect(left).toContain(version);
        // Of each day that had any, one is left.
        expect(new Set(left.map(({ createdAt }) => createdAt.toISOString().slice(0, 10)))).toEqual(
          new Set(versions.map(({ createdAt }) => createdAt.toISOString().slice(0, 10))),
        );
      }),
    );
  });

  it('comes to the same whether it looked in between or not', () => {
    fc.assert(
      fc.property(dated, fc.integer({ min: 0, max: 9 * 24 * hourMs }), (versions, ago) => {
        const then = before(ago);
        const [old, since] = [
          versions.filter(({ createdAt }) => createdAt <= then),
          versions.filter(({ createdAt }) => createdAt > then),
        ];
        expect(kept([...kept(old, then), ...since], now)).toEqual(
          kept(versions, now).toSorted((a, b) => Number(old.includes(b)) - Number(old.includes(a))),
        );
      }),
    );
  });
});

describe('thinning', () => {
  let server: DataServer;
  let admin: Person;
  beforeAll(async () => {
    server = await startDataServer({ STROMA_STREAMS_LAND_SECONDS: '3600' });
    admin = server.admin;
  }, 60_000);
  afterAll(() => server.close());

  const thin = async (): Promise<void> => {
    const { jobs, db, log } = server.platform;
    const id = await jobs.send(systemContext(log), thinningKind, {});
    await expect
      .poll(
        async () => {
          const { rows } = await db.execute(`select status from jobs where id = '${id}' or id like '%${id}'`);
          return rows[0]?.status;
        },
        { timeout: 20_000 },
      )
      .toBe('succeeded');
  };
  const versionsOf = async ({ dataset_id }: Topic) =>
    (
      await admin.call<{
        items: { version_id: string; number: number; rows: number; rows_let_go?: boolean }[];
      }>('GET', `/data/datasets/${dataset_id}/versions?limit=200`)
    ).body.items.toReversed();
  const filesOf = async (topic: Topic) => {
    const keys: string[] = [];
    for await (const key of server.platform.objects.list('lake/'))
      if (key.includes(topic.topic_id)) keys.push(key);
    return keys;
  };
  /** So many landings, the first versions of a day long past. */
  const grown = async (name: string, landings: number): Promise<Topic> => {
    const columns = [{ name: 'n', type: 'integer', required: true }];
    const { body: topic } = await admin.call<Topic>('POST', '/data/topics', { name, columns });
    for (let n = 0; n < landings; n += 1) {
      await admin.call('POST', `/streams/${name}`, [{ n }]);
      await admin.call('POST', `/data/topics/${topic.topic_id}/land`);
    }
    await server.platform.db.execute(
      `update dataset_versions set created_at = timestamptz '2026-01-01 10:00Z' + number * interval '1 minute' where dataset_id = '${topic.dataset_id}' and number <= 8`,
    );
    return topic;
  };

  it('lets go of the rows that nothing rests on, and says so where they are asked for', async () => {
    const topic = await grown('thinned', 11);
    const versions = await versionsOf(topic);
    const [, , second, third, fourth] = versions;
    // Signed, and made into something else: neither goes.
    const { db } = server.platform;
    await db.execute(
      `insert into signatures (id, tenant_id, object_kind, object_id, signer_id, meaning, signed_at, document, signature, key_id)
       select 'sig_thinned', tenant_id, 'dataset_version', '${second?.version_id}', created_by, 'approved', now(), '{}', 'x', 'x'
       from datasets where id = '${topic.dataset_id}'`,
    );
    const system = systemContext(server.platform.log, await tenantOf(topic));
    await server.platform.db.transaction(async (tx) => {
      await server.platform.provenance.record(tx, system, {
        kind: 'question',
        label: 'Made of it',
        parameters: {},
        seed: null,
        software: 'test',
        startedAt: new Date(),
        endedAt: new Date(),
        inputs: [
          { id: third?.version_id ?? '', kind: 'dataset_version', label: 'v', sha256: null, link: null },
        ],
        outputs: [{ id: 'out_1', kind: 'dataset_version', label: 'o', sha256: null, link: null }],
      });
    });
    const files = await filesOf(topic);
    await thin();
    const left = await versionsOf(topic);
    expect(left).toHaveLength(versions.length);
    const gone = left.filter((version) => version.rows_let_go === true).map(({ number }) => number);
    expect(gone).toEqual([1, 2, 5, 6, 7]);
    expect((await filesOf(topic)).length).toBeLessThan(files.length);
    const all = await admin.sql('SELECT n, event_offset FROM dataset ORDER BY 2', [topic.dataset_id]);
    expect(all.body.rows).toEqual(Array.from({ length: 11 }, (_, n) => [n, n]));
    const preview = (id = '') =>
      admin.call<ErrorAnswer & { total_rows: number }>(
        'GET',
        `/data/datasets/${topic.dataset_id}/preview?version_id=${id}`,
      );
    expect(await preview(third?.version_id)).toMatchObject({
      status: 200,
      body: { total_rows: third?.rows },
    });
    expect(await preview(second?.version_id)).toMatchObject({
      status: 200,
      body: { total_rows: second?.rows },
    });
    expect(await preview(fourth?.version_id)).toMatchObject({
      status: 410,
      body: { error: { code: 'VERSION_LET_GO' } },
    });
    const graph = await admin.call<ProvenanceGraph>('GET', `/provenance/${fourth?.version_id}`);
    expect(graph.body.nodes.map(({ label }) => label)).toEqual(
      expect.arrayContaining([expect.stringContaining('its rows were let go of')]),
    );
    const { rows } = await server.platform.db.execute(
      `select details from audit_events where action = 'dataset.versions-thinned'`,
    );
    expect(rows).toHaveLength(1);

    // What was shared goes as soon as nobody shares it; and the topic goes on.
    for (let n = 11; n < 14; n += 1) {
      await admin.call('POST', '/streams/thinned', [{ n }]);
      await admin.call('POST', `/data/topics/${topic.topic_id}/land`);
    }
    await thin();
    const { body } = await admin.call<Dataset>('GET', `/data/datasets/${topic.dataset_id}`);
    expect(body.rows).toBe(14);
    expect((await admin.sql('SELECT count(DISTINCT n) FROM dataset', [topic.dataset_id])).body.rows).toEqual([
      [14],
    ]);
  });

  it('touches nothing under a legal hold', async () => {
    const topic = await grown('held', 3);
    const hold = await admin.call('POST', '/retention/holds', {
      scope: 'dataset',
      subject_id: topic.dataset_id,
      reason: 'Proceedings about these very readings.',
    });
    expect(hold.status).toBe(201);
    await thin();
    expect((await versionsOf(topic)).some((version) => version.rows_let_go === true)).toBe(false);
  });

  async function tenantOf({ dataset_id }: Topic): Promise<string> {
    const { rows } = await server.platform.db.execute(
      `select tenant_id from datasets where id = '${dataset_id}'`,
    );
    return String(rows[0]?.tenant_id);
  }
});
