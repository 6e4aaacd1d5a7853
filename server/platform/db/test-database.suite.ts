import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { pino } from 'pino';
import type { Database } from './database.ts';
import { openDatabase } from './open-database.ts';

export const silent = pino({ level: 'silent' });
export const testDatabaseUrl = process.env.STROMA_TEST_DATABASE_URL ?? '';

/** A store of its own for one suite. Opened again it is the same store, as after a restart. */
export interface TestStore {
  /** What another process needs to open it too. */
  config: { STROMA_DATA: string; DATABASE_URL: string | undefined };
  open(): Promise<Database>;
  remove(): Promise<void>;
}

export async function embeddedStore(): Promise<TestStore> {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-store-'));
  const config = { STROMA_DATA: folder, DATABASE_URL: undefined };
  return {
    config,
    open: () => openDatabase(config, silent),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** `owner` begins the statements that make the role which owns the database and migrates it; absent: a superuser. */
export async function postgresqlStore(owner?: (name: string) => string[]): Promise<TestStore> {
  const name = `stroma_test_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(testDatabaseUrl);
  url.pathname = `/${name}`;
  if (owner !== undefined) {
    for (const statement of owner(name)) await administer(statement);
    url.username = name;
  }
  await administer(`create database ${name}${owner === undefined ? '' : ` owner ${name}`}`);
  const config = { STROMA_DATA: tmpdir(), DATABASE_URL: url.href };
  return {
    config,
    open: () => openDatabase(config, silent),
    async remove() {
      await administer(`drop database if exists ${name} with (force)`);
      if (owner !== undefined) await administer(`drop role ${name}`);
    },
  };
}

/** As the superuser of the test server. */
export async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: testDatabaseUrl });
  await client.connect();
  await client.query(statement);
  await client.end();
}
