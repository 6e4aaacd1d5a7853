import type { Topic } from '@stroma/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DataServer, startDataServer } from '../data-server.suite.ts';
import { Officer } from '../erasures/erasures.suite.ts';

let server: DataServer;
beforeAll(async () => {
  server = await startDataServer({ STROMA_STREAMS_LAND_SECONDS: '3600' });
}, 60_000);
afterAll(() => server.close());

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

  const officer = new Officer(admin);
  const request = await officer.request({ identifiers: ['ada@lovelace.example'] });
  await officer.search(request);
  const [planned] = (await officer.plan(request)).datasets;
  expect(planned).toMatchObject({ dataset_id: topic.dataset_id, rows: 2, treatment: 'rewrite' });
  const { certificate } = await officer.erased(request);
  expect(certificate.verification).toMatchObject({ complete: true, rows_found: 0 });

  await land(['rosalind@franklin.example']);
  const { body } = await admin.sql('SELECT email FROM dataset ORDER BY email', [topic.dataset_id]);
  expect(body.rows).toEqual([
    ['alan@turing.example'],
    ['grace@hopper.example'],
    ['rosalind@franklin.example'],
  ]);
});
