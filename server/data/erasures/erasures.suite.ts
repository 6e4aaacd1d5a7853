import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErasureCertificate, ErasurePlan, SubjectRequest } from '@stroma/contracts';
import { openDuckDb, quoteLiteral } from '@stroma/lake';
import { expect } from 'vitest';
import { type DataServer, type Person, password } from '../data-server.suite.ts';

export const visits = (extra = '') => `patient_id,first_name,last_name,email,glucose,note
P-1001,Ada,Lovelace,ada@lovelace.example,5.1,well
P-1002,Grace,Hopper,grace@hopper.example,6.2,called by Ada Lovelace about her brother
P-1003,Alan,Turing,alan@turing.example,7.3,well
P-1001,Ada,Lovelace,ADA@lovelace.example,5.4,better
P-1004,Rosalind,Franklin,rosalind@franklin.example,4.9,well
${extra}`;
export const identifiers = ['ada@lovelace.example', 'P-1001', 'Ada Lovelace'];
export const her = /lovelace|P-1001\b/i;

interface Refusal {
  error: { code: string; message: string };
}

export class Officer {
  readonly person: Person;
  constructor(person: Person) {
    this.person = person;
  }

  async request(more: object = {}): Promise<SubjectRequest> {
    const { body } = await this.person.call<SubjectRequest>('POST', '/privacy/requests', {
      kind: 'erasure',
      subject: 'Ada Lovelace',
      identifiers,
      ...more,
    });
    const how = { step: 'verify_identity', how: 'passport seen at the desk' };
    await this.person.call('POST', `/privacy/requests/${body.request_id}/steps`, how);
    return body;
  }

  async search({ request_id: id }: SubjectRequest, how: object = {}): Promise<void> {
    const begun = await this.person.call<{ job_id: string }>('POST', `/privacy/requests/${id}/search`, how);
    expect((await this.person.jobEnd(begun.body.job_id)).error).toBeNull();
  }

  async plan({ request_id: id }: SubjectRequest): Promise<ErasurePlan> {
    const { body, status } = await this.person.call<ErasurePlan>(
      'GET',
      `/privacy/requests/${id}/erasure-plan`,
    );
    expect(status).toBe(200);
    return body;
  }

  erase({ request_id: id }: SubjectRequest, plan: ErasurePlan, decisions: object = {}, given = password) {
    return this.person.call<{ job_id: string; erasure_id: string } & Refusal>(
      'POST',
      `/privacy/requests/${id}/erasure`,
      { plan_sha256: plan.plan_sha256, decisions, password: given },
    );
  }

  async erased(request: SubjectRequest, decisions: object = {}): Promise<ErasureCertificate> {
    const begun = await this.erase(request, await this.plan(request), decisions);
    expect([begun.status, begun.body.error]).toEqual([202, undefined]);
    const job = await this.person.jobEnd(begun.body.job_id);
    expect(job.error).toBeNull();
    const path = `/privacy/erasures/${begun.body.erasure_id}/certificate`;
    return (await this.person.call<ErasureCertificate>('GET', path)).body;
  }
}

/** Every file under the data folder but those of the relational store, as text; Parquet as its rows. */
export async function filesQuoting(folder: string, pattern: RegExp): Promise<string[]> {
  const quoting: string[] = [];
  using db = await openDuckDb({ memoryMb: 200, threads: 1, tempFolder: null });
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || /\/(store|db|pglite)\//.test(path.slice(folder.length))) continue;
    if (!existsSync(path)) continue;
    const bytes = readFileSync(path);
    const isTable = bytes.subarray(0, 4).toString() === 'PAR1';
    const text = isTable
      ? JSON.stringify(await db.rows(`SELECT t::VARCHAR FROM read_parquet(${quoteLiteral(path)}) t`))
      : bytes.toString('latin1');
    if (pattern.test(text)) quoting.push(path.slice(folder.length));
  }
  return quoting;
}

/** Tables of which a row quotes her. */
export async function tablesQuoting({ platform }: DataServer, pattern: RegExp): Promise<string[]> {
  const { rows } = await platform.db.execute(
    `select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where relkind = 'r' and nspname in ('public', 'pgboss')`,
  );
  const quoting: string[] = [];
  for (const { relname } of rows) {
    const found = await platform.db
      .execute(
        `select t::text as t from (select * from ${relname === 'job' ? 'pgboss.job' : `"${relname}"`}) t`,
      )
      .catch(() => ({ rows: [] }));
    if (found.rows.some(({ t }) => pattern.test(String(t)))) quoting.push(String(relname));
  }
  return quoting.sort();
}
