import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Database } from '../db/database.ts';
import { embeddedStore, silent, type TestStore } from '../db/test-database.suite.ts';
import { systemContext } from '../system-actor.ts';
import { says, startModelServer } from './model-server.suite.ts';
import { openLanguageModel } from './open-language-model.ts';

const schema = z.object({ sql: z.string() });
const good = { sql: 'select 1' };
const request = { purpose: 'question-to-sql', system: 'You write SQL.', prompt: 'How many rows?', schema };

describe('the settings', () => {
  let store: TestStore;
  let database: Database;
  let server: Awaited<ReturnType<typeof startModelServer>>;
  beforeAll(async () => {
    store = await embeddedStore();
    database = await store.open();
    server = await startModelServer();
  });
  afterAll(async () => {
    await server.close();
    await database.close();
    await store.remove();
  });

  const settings = {
    STROMA_LLM_URL: undefined,
    STROMA_LLM_MODEL: undefined,
    STROMA_LLM_KEY: undefined,
    STROMA_LLM_TIMEOUT_MS: 20_000,
    STROMA_LLM_DAILY_TOKENS: 1000,
  };

  it('give a model that says it is not configured, by default', async () => {
    const model = await openLanguageModel(settings, database);
    expect([model.configured, model.model]).toEqual([false, null]);
    await expect(model.generate(systemContext(silent), request)).rejects.toMatchObject({
      code: 'LLM_UNAVAILABLE',
      details: { reason: 'not_configured' },
    });
  });

  it('give the endpoint when both address and model are set', async () => {
    server.reactWith(says(JSON.stringify(good)));
    const model = await openLanguageModel(
      { ...settings, STROMA_LLM_URL: server.url, STROMA_LLM_MODEL: 'm' },
      database,
    );
    expect([model.configured, model.model]).toEqual([true, 'm']);
    expect(await model.generate(systemContext(silent), request)).toEqual(good);
  });

  it.each([{ STROMA_LLM_URL: 'http://127.0.0.1:1/v1' }, { STROMA_LLM_MODEL: 'm' }])(
    'stop the start when half is missing: %o',
    async (half) => {
      await expect(openLanguageModel({ ...settings, ...half }, database)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      });
    },
  );
});
