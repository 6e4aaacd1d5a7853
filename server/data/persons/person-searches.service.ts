import type { PersonFindings, PersonQuery, PersonSearch } from '@stroma/contracts';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { JobDefinition } from '../../platform/jobs/job-types.ts';
import { changeSubjectRequest } from '../subject-requests/subject-requests.store.ts';
import { withoutNames } from './nameless-errors.ts';
import { type SearchTools, searchEverywhere } from './person-search.ts';
import { endSearch, findSearch, insertSearch, type PersonSearchRow } from './person-searches.store.ts';

const sealing = 'person-search';
const contextOf = (id: string): string => `person-searches/${id}`;
const searchKind = 'data.find-person';

interface SearchInput {
  search_id: string;
}

/** Searches for persons. Who was looked for is sealed while a search runs, and destroyed at its end. */
export class PersonSearches {
  readonly #tools: SearchTools;
  readonly #audit: Audit;

  constructor(tools: SearchTools, audit: Audit) {
    this.#tools = tools;
    this.#audit = audit;
  }

  async begin(
    ctx: Context,
    query: PersonQuery,
    requestId: string | null = null,
  ): Promise<{ job_id: string; search_id: string }> {
    const { db, jobs, keys } = this.#tools.platform;
    const id = newId('personSearch');
    const identifiers = [...new Set(query.identifiers.map((each) => each.trim().normalize('NFC')))];
    const { tenantId } = ctx.actor;
    return db.transaction(async (tx) => {
      const jobId = await jobs.send<SearchInput>(ctx, searchKind, { search_id: id }, { tx });
      await insertSearch(tx, {
        id,
        tenantId,
        requestId,
        jobId,
        sealed: await keys.encryptText(JSON.stringify(identifiers), sealing, contextOf(id)),
        identifiers: identifiers.length,
        columns: query.columns,
        match: query.match,
        findings: null,
        searchedBy: ctx.actor.id,
        searchedByName: ctx.actor.name,
        beganAt: new Date(),
        finishedAt: null,
      });
      if (requestId !== null) await changeSubjectRequest(tx, tenantId, requestId, { searchId: id });
      await this.#audit.record(tx, ctx, {
        action: 'person.searched',
        object: { kind: 'person_search', id },
        outcome: 'success',
        details: {
          request_id: requestId,
          identifiers: identifiers.length,
          columns: query.columns,
          match: query.match,
        },
      });
      return { job_id: jobId, search_id: id };
    });
  }

  /** Throws NOT_FOUND. */
  async get(ctx: Context, id: string): Promise<PersonSearch> {
    return documentOf(await this.#find(ctx, id));
  }

  /** A search that has ended. Throws NOT_FOUND, CONFLICT. */
  async ended(ctx: Context, id: string | null): Promise<PersonSearchRow & { findings: PersonFindings }> {
    if (id === null) return fail('CONFLICT', 'Look for the person first.');
    const row = await this.#find(ctx, id);
    const { findings } = row;
    if (findings === null)
      return fail(
        'CONFLICT',
        'The search for the person has not ended, or failed. Wait for it, or search again.',
        {
          search_id: id,
        },
      );
    return { ...row, findings };
  }

  job(): JobDefinition<SearchInput> {
    const { keys } = this.#tools.platform;
    return {
      kind: searchKind,
      title: () => 'Looking for a person',
      timeoutSeconds: 6 * 3600,
      retries: 1,
      concurrency: 1,
      run: async ({ search_id: id }, ctx, job) => {
        const row = await this.#find(ctx, id);
        if (row.sealed === null) return { result: { search_id: id } };
        const identifiers = JSON.parse(
          await keys.decryptText(row.sealed, sealing, contextOf(id)),
        ) as string[];
        const query = { identifiers, columns: row.columns, match: row.match };
        const findings = await withoutNames(identifiers, () =>
          searchEverywhere(this.#tools, ctx, query, job.progress),
        );
        return {
          result: { search_id: id, datasets: findings.datasets.length },
          commit: async (tx) => {
            await endSearch(tx, ctx.actor.tenantId, id, findings);
            await keys.forget(contextOf(id));
          },
        };
      },
      onFailed: async ({ search_id: id }, ctx, _job, _error, tx) => {
        await endSearch(tx, ctx.actor.tenantId, id, null);
        await keys.forget(contextOf(id));
      },
    };
  }

  async #find(ctx: Context, id: string): Promise<PersonSearchRow> {
    return (
      (await findSearch(this.#tools.platform.db.sql, ctx.actor.tenantId, id)) ??
      fail('NOT_FOUND', 'There is no such search.', { search_id: id })
    );
  }
}

const documentOf = (row: PersonSearchRow): PersonSearch => ({
  search_id: row.id,
  request_id: row.requestId,
  job_id: row.jobId,
  columns: row.columns,
  match: row.match,
  identifiers: row.identifiers,
  searched_by: { id: row.searchedBy, name: row.searchedByName },
  began_at: row.beganAt.toISOString(),
  finished_at: row.finishedAt?.toISOString() ?? null,
  findings: row.findings,
});
