import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DataConnection, ImportRun, SourceImport } from '@stroma/contracts';
import type { Person } from '../data-server.suite.ts';

export interface Peer {
  url: string;
  port: number;
  /** Paths that were asked for, with their queries. */
  asked: string[];
  close(): Promise<void>;
}

/** A server on loopback that answers as told. */
export async function startPeer(
  answer: (request: IncomingMessage & { url: string }, response: ServerResponse) => unknown,
): Promise<Peer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    void answer(request as IncomingMessage & { url: string }, response);
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A folder an administrator allows, with SQLite files in it. */
export function sqliteFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-sqlite-'));
  return {
    folder,
    write(name: string, sql: string): string {
      const path = join(folder, name);
      const db = new DatabaseSync(path);
      db.exec(sql);
      db.close();
      return path;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const connect = (person: Person, settings: object, secrets: object = {}, name = 'A source') =>
  person.call<DataConnection>('POST', '/data/connections', { name, settings, secrets });

/** Imports and waits for the end of the job. */
export async function bring(person: Person, connectionId: string, order: object) {
  const path = `/data/connections/${connectionId}/imports`;
  const started = await person.call<{ import_id: string; job_id: string }>('POST', path, order);
  if (started.status !== 202) throw new Error(JSON.stringify(started.body));
  const job = await person.jobEnd(started.body.job_id);
  return { importId: started.body.import_id, job };
}

export async function bringAgain(person: Person, connectionId: string, importId: string, body: object = {}) {
  const path = `/data/connections/${connectionId}/imports/${importId}/run`;
  const started = await person.call<{ job_id: string }>('POST', path, body);
  if (started.status !== 202) throw new Error(JSON.stringify(started.body));
  return person.jobEnd(started.body.job_id);
}

export async function lastRun(person: Person, connectionId: string): Promise<ImportRun> {
  const { body } = await person.call<{ items: ImportRun[] }>('GET', `/data/connections/${connectionId}/runs`);
  const [run] = body.items;
  if (run === undefined) throw new Error('nothing was imported');
  return run;
}

export async function importsOf(person: Person, connectionId: string): Promise<SourceImport[]> {
  const path = `/data/connections/${connectionId}/imports`;
  return (await person.call<{ items: SourceImport[] }>('GET', path)).body.items;
}
