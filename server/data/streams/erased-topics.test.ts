import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Topic } from '@stroma/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemContext } from '../../platform/system-actor.ts';
import { bring, bringAgain, connect, sqliteFolder } from '../connections/source-peers.suite.ts';
import { type DataServer, startDataServer } from '../data-server.suite.ts';
import { filesQuoting, Officer } from '../erasures/erasures.suite.ts';
import { thinningKind } from './version-thinning.jobs.ts';

const sources = sqliteFolder();
let server: DataServer;
beforeAll(async () => {
  server = await startDataServer({
    STROMA_STREAMS_LAND_SECONDS: '3600',
    STROMA_SQLITE_FOLDERS: sources.folder,
  });
}, 60_000);
afterAll(async () => {
  await server.close();
  sources.remove();
});

/** Files of the lake and raw files that hold her. */
const inLake = () => filesQuoting(join(server.folder, 'objects'), /lovelace/i);

it('a person is found in what a topic landed, is erased from it, and the topic goes on', async () => {
  const { admin } = server;
  const { body: topic } = await admin.call<Topic>('POST', '/data/topics', {
    name: 'desk',
    columns: [
      { name: 'email', type: 'text', required: true },
      { name: 'glucose', type: 'number' },
    ],
  });
  const land = async (emails: string[]) => {
    const events = emails.map((email, at) => ({ email, glucose: 5 + at }));
    expect((await admin.call('POST', '/streams/desk', events)).status).toBe(201);
    expect((await admin.call('POST', `/data/topics/${topic.topic_id}/land`, {})).status).toBe(200);
  };
  await land(['grace@hopper.example', 'ada@lovelace.example']);
  await land(['alan@turing.example', 'ada@lovelace.example']);
  await land(['alan@turing.example']);
  // Of an old version only the part it brought is left, which the present one shares.
  const { db, jobs, log } = server.platform;
  await db.execute(
    `update dataset_versions set created_at = timestamptz '2026-01-01 10:00Z' + number * interval '1 minute' where dataset_id = '${topic.dataset_id}' and number < 4`,
  );
  const thinned = await jobs.send(systemContext(log), thinningKind, {});
  const ended = async () =>
    (await db.execute(`select status from jobs where id = '${thinned}' or id like '%${thinned}'`)).rows[0]
      ?.status;
  await expect.poll(ended, { timeout: 20_000 }).toBe('succeeded');
  const formats = await db.execute(
    `select format from dataset_versions where dataset_id = '${topic.dataset_id}' order by number`,
  );
  expect(formats.rows.map(({ format }) => format)).toEqual(['let_go', 'let_go', 'stream', 'stream']);
  expect(await inLake()).not.toEqual([]);

  const officer = new Officer(admin);
  const request = await officer.request({ identifiers: ['ada@lovelace.example'] });
  await officer.search(request);
  const [planned] = (await officer.plan(request)).datasets;
  expect(planned).toMatchObject({ dataset_id: topic.dataset_id, rows: 2, treatment: 'rewrite' });
  const { certificate } = await officer.erased(request);
  expect(certificate.verification).toMatchObject({ complete: true, rows_found: 0 });
  expect(await inLake()).toEqual([]);

  await land(['rosalind@franklin.example']);
  const { body } = await admin.sql('SELECT email FROM dataset ORDER BY email', [topic.dataset_id]);
  expect(body.rows).toEqual([
    ['alan@turing.example'],
    ['alan@turing.example'],
    ['grace@hopper.example'],
    ['rosalind@franklin.example'],
  ]);
});

it('a person is erased from every part an import brought, and the import goes on', async () => {
  const { admin } = server;
  const path = sources.write(
    'visits.db',
    "CREATE TABLE visits (id INTEGER, email TEXT); INSERT INTO visits VALUES (1, 'ada@lovelace.example'), (2, 'grace@hopper.example')",
  );
  const add = (rows: string) => {
    const db = new DatabaseSync(path);
    db.exec(`INSERT INTO visits VALUES ${rows}`);
    db.close();
  };
  const { body } = await connect(admin, { kind: 'sqlite', path });
  const { importId, job } = await bring(admin, body.connection_id, {
    selection: { kind: 'table', schema: 'main', table: 'visits' },
    dataset_name: 'visits',
    mode: 'incremental',
    cursor_column: 'id',
  });
  add("(3, 'ada@lovelace.example')");
  await bringAgain(admin, body.connection_id, importId);
  add("(4, 'alan@turing.example')");
  await bringAgain(admin, body.connection_id, importId);
  const officer = new Officer(admin);
  const request = await officer.request({ identifiers: ['ada@lovelace.example'] });
  await officer.search(request);
  const { certificate } = await officer.erased(request);
  expect(certificate.verification).toMatchObject({ complete: true, rows_found: 0 });
  expect(await inLake()).toEqual([]);
  add("(5, 'rosalind@franklin.example')");
  expect((await bringAgain(admin, body.connection_id, importId)).result).toMatchObject({
    rows_read: 1,
    rows: 3,
  });
  const { body: answer } = await admin.sql('SELECT id FROM dataset ORDER BY id', [
    String(job.result?.dataset_id),
  ]);
  expect(answer.rows).toEqual([[2], [4], [5]]);
});
