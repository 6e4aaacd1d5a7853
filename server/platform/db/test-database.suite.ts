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

export async function postgresqlStore(): Promise<TestStore> {
  const name = `stroma_test_${randomUUID().replaceAll('-', '')}`;
  await administer(`create database ${name}`);
  const url = new URL(testDatabaseUrl);
  url.pathname = `/${name}`;
  const config = { STROMA_DATA: tmpdir(), DATABASE_URL: url.href };
  return {
    config,
    open: () => openDatabase(config, silent),
    remove: () => administer(`drop database if exists ${name} with (force)`),
  };
}

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: testDatabaseUrl });
  await client.connect();
  await client.query(statement);
  await client.end();
}
