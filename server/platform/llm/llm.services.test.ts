import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../db/database.ts';
import { openDatabase } from '../db/open-database.ts';
import { newId } from '../ids.ts';
import { completeCall, insertCall, tokensSince } from './llm.store.ts';

const url = process.env.STROMA_TEST_DATABASE_URL ?? '';

describe.skipIf(url === '')('the account of model calls on PostgreSQL', () => {
  let folder: string;
  let database: Database;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stroma-llm-'));
    database = await openDatabase({ STROMA_DATA: folder, DATABASE_URL: url }, pino({ level: 'silent' }));
  });
  afterAll(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('sums the tokens of one tenant since a moment', async () => {
    const [tenantId, other] = [newId('tenant'), newId('tenant')];
    const call = (tenant: string, tokens: number, createdAt: Date) => ({
      id: newId('llmCall'),
      tenantId: tenant,
      actorId: 'usr',
      requestId: 'req',
      purpose: 'test',
      model: 'small',
      promptSha256: '0'.repeat(64),
      outcome: 'running' as const,
      tokensIn: tokens,
      tokensOut: 1,
      tokensEstimated: true,
      createdAt,
    });
    const noon = new Date('2026-01-02T12:00:00Z');
    const running = call(tenantId, 2_000_000_000, noon);
    await insertCall(database.sql, running);
    await insertCall(database.sql, call(tenantId, 2_000_000_000, noon));
    await insertCall(database.sql, call(tenantId, 7, new Date('2026-01-01T23:59:59.999Z')));
    await insertCall(database.sql, call(other, 9, noon));
    const midnight = new Date('2026-01-02T00:00:00Z');
    expect(await tokensSince(database.sql, tenantId, midnight)).toBe(4_000_000_002);
    await completeCall(database.sql, running, { outcome: 'succeeded', tokensIn: 5 });
    expect(await tokensSince(database.sql, tenantId, midnight)).toBe(2_000_000_007);
    await completeCall(database.sql, { id: running.id, tenantId: other }, { tokensIn: 0 });
    expect(await tokensSince(database.sql, tenantId, midnight)).toBe(2_000_000_007);
  });
});
