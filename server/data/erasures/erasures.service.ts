import { hash } from 'node:crypto';
import type { Erasure, ErasureCertificate, ErasurePlan, erasuresApi } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { z } from 'zod';
import type { Access } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { JobDefinition } from '../../platform/jobs/job-types.ts';
import { withoutNames } from '../persons/nameless-errors.ts';
import { searchEverywhere } from '../persons/person-search.ts';
import type { PersonSearches } from '../persons/person-searches.service.ts';
import { replaceWords } from '../persons/text-scan.ts';
import { software } from '../software.ts';
import { articles, type SubjectRequests } from '../subject-requests/subject-requests.service.ts';
import { changeSubjectRequest } from '../subject-requests/subject-requests.store.ts';
import { eraseRecords } from './erased-records.ts';
import { certificateOf, isGenuine, keptOf, remainsOf, signCertificate } from './erasures.certificate.ts';
import { planErasure } from './erasures.plan.ts';
import { noProgress } from './erasures.progress.ts';
import { ErasureRun, type RunTools } from './erasures.run.ts';
import {
  changeErasure,
  type ErasureRow,
  eventsOf,
  findErasure,
  insertErasure,
  organisationName,
} from './erasures.store.ts';

const eraseKind = 'data.erase-person';

export interface ErasureTools extends RunTools {
  retention: Access['retention'];
  certifier: Access['certifier'];
  requests: SubjectRequests;
  searches: PersonSearches;
}

type EraseBody = z.output<typeof erasuresApi.erase.body>;
interface EraseInput {
  erasure_id: string;
}

/** Persons are erased from everything that need not be kept, with a certificate of what was and what was not. */
export class Erasures {
  readonly #tools: ErasureTools;

  constructor(tools: ErasureTools) {
    this.#tools = tools;
  }

  /** Throws NOT_FOUND, CONFLICT before the person was looked for. */
  async plan(ctx: Context, requestId: string): Promise<ErasurePlan> {
    const request = await this.#tools.requests.find(ctx, requestId);
    if (request.erasureId !== null) await this.get(ctx, request.erasureId);
    return planErasure(this.#tools, ctx, request);
  }

  /**
   * Begins, or begins again where it failed. Throws CONFLICT for another plan than the present one or one that is
   * blocked, WRONG_CREDENTIALS, FORBIDDEN.
   */
  async start(
    ctx: Context,
    requestId: string,
    body: EraseBody,
    prove: (ctx: Context, given: Pick<EraseBody, 'password' | 'code'>) => Promise<void>,
  ): Promise<{ job_id: string; erasure_id: string }> {
    try {
      const plan = await this.plan(ctx, requestId);
      requirePossible(ctx, plan, body);
      await prove(ctx, { password: body.password, code: body.code });
      return await this.#begin(ctx, requestId, plan, body);
    } catch (error) {
      await this.#tools.audit.append(ctx, {
        action: 'erasure.refused',
        object: { kind: 'subject_request', id: requestId },
        outcome: 'refused',
        details: { code: error instanceof StromaError ? error.code : 'INTERNAL' },
      });
      throw error;
    }
  }

  async #begin(ctx: Context, requestId: string, plan: ErasurePlan, { decisions }: EraseBody) {
    const { platform, requests, audit } = this.#tools;
    const { tenantId, id: startedBy, name: startedByName } = ctx.actor;
    const request = await requests.find(ctx, requestId);
    const identifiers = await requests.identifiers(request);
    const earlier =
      request.erasureId === null ? null : await findErasure(platform.db.sql, tenantId, request.erasureId);
    const id = earlier?.id ?? newId('erasure');
    // The plan is kept with what was erased: who it is about must not stand in it.
    const nameless = JSON.parse(
      JSON.stringify({
        ...plan,
        accounts: plan.accounts.map((each) => ({ ...each, name: '', email: '' })),
      }),
      (_key, value: unknown) => (typeof value === 'string' ? replaceWords(value, identifiers) : value),
    ) as ErasurePlan;
    return platform.db.transaction(async (tx) => {
      const jobId = await platform.jobs.send<EraseInput>(ctx, eraseKind, { erasure_id: id }, { tx });
      const begun = {
        jobId,
        status: 'running' as const,
        plan: nameless,
        decisions,
        startedBy,
        startedByName,
        startedAt: new Date(),
        finishedAt: null,
        error: null,
      };
      if (earlier !== null)
        await changeErasure(tx, tenantId, id, { ...begun, progress: { ...earlier.progress, done: [] } });
      else
        await insertErasure(tx, {
          id,
          tenantId,
          requestId,
          ...begun,
          progress: noProgress(),
          certificate: null,
          sha256: null,
          signature: null,
          keyId: null,
        });
      await changeSubjectRequest(tx, tenantId, requestId, { erasureId: id, status: 'in_progress' });
      await audit.record(tx, ctx, {
        action: 'erasure.started',
        object: { kind: 'erasure', id },
        outcome: 'success',
        details: {
          request_id: requestId,
          plan_sha256: plan.plan_sha256,
          datasets: plan.datasets.length,
          accounts: decisions.erase_accounts.length,
        },
      });
      return { job_id: jobId, erasure_id: id };
    });
  }

  /** Throws NOT_FOUND. */
  async get(ctx: Context, id: string): Promise<Erasure> {
    const { platform } = this.#tools;
    const row = await this.#find(ctx, id);
    if (row.status !== 'running') return documentOf(row);
    const job = await platform.jobs.get(ctx, row.jobId);
    if (job.status !== 'cancelled' && job.status !== 'failed') return documentOf(row);
    const error = job.error?.message ?? 'It was cancelled. What was erased before stays erased.';
    const ended = { status: 'failed' as const, error, finishedAt: new Date() };
    await changeErasure(platform.db.sql, ctx.actor.tenantId, id, ended);
    return documentOf({ ...row, ...ended });
  }

  /** Throws NOT_FOUND until the erasure is done. */
  async certificate(ctx: Context, id: string): Promise<ErasureCertificate> {
    return (
      certificateOf(this.#tools.certifier, await this.#find(ctx, id)) ??
      fail('NOT_FOUND', 'There is no certificate: the erasure has not ended yet.', { erasure_id: id })
    );
  }

  verify({ document, signature, key_id }: z.output<typeof erasuresApi.verify.body>) {
    const valid = isGenuine(this.#tools.certifier, document, signature, key_id);
    return {
      valid,
      sha256: hash('sha256', document),
      erasure_id: valid ? (JSON.parse(document) as { erasure_id: string }).erasure_id : null,
    };
  }

  job(): JobDefinition<EraseInput> {
    return {
      kind: eraseKind,
      title: () => 'Erasing a person',
      timeoutSeconds: 12 * 3600,
      retries: 3,
      concurrency: 1,
      run: ({ erasure_id }, ctx, job) => this.#run(ctx, erasure_id, job.jobId, job.progress),
      onFailed: async ({ erasure_id }, ctx, _job, error, tx) =>
        changeErasure(tx, ctx.actor.tenantId, erasure_id, {
          status: 'failed',
          error: error.message,
          finishedAt: new Date(),
        }),
    };
  }

  async #run(ctx: Context, id: string, jobId: string, onProgress: (fraction: number, phase: string) => void) {
    const { requests, searches, consents, retention, audit } = this.#tools;
    const { tenantId } = ctx.actor;
    const row = await this.#find(ctx, id);
    const request = await requests.find(ctx, row.requestId);
    await requireNoHold(retention, tenantId, row);
    const search = await searches.ended(ctx, row.plan.search_id);
    const query = {
      identifiers: await requests.identifiers(request),
      columns: search.columns,
      match: search.match,
    };
    const parts = { tools: this.#tools, ctx, jobId, row, query };
    const run = new ErasureRun(parts);
    const found = await withoutNames(query.identifiers, async () => {
      await run.disposePending();
      onProgress(0.02, 'what was anonymised from the data');
      await run.derivedVersions();
      await run.datasets((fraction) => onProgress(0.05 + 0.55 * fraction, 'datasets'));
      onProgress(0.6, 'files, accounts and records');
      await eraseRecords(run, parts, consents);
      return searchEverywhere(this.#tools, ctx, query, (fraction, phase) =>
        onProgress(0.7 + 0.28 * fraction, phase),
      );
    });
    const document = await this.#document(ctx, row, request, run, found, query.identifiers);
    const signed = signCertificate(this.#tools.certifier, document);
    const { complete } = document.verification;
    return {
      result: { erasure_id: id, versions: document.versions.length, complete },
      commit: async (tx: Parameters<typeof changeErasure>[0]) => {
        await changeErasure(tx, tenantId, id, {
          ...signed,
          status: 'done',
          progress: run.progress,
          finishedAt: new Date(document.finished_at),
        });
        await audit.record(tx, ctx, {
          action: 'person.erased',
          object: { kind: 'erasure', id },
          outcome: complete ? 'success' : 'failure',
          after: document,
          details: {
            request_id: row.requestId,
            certificate_sha256: signed.sha256,
            versions: document.versions.length,
            objects: document.objects.length,
            kept: document.kept.length,
            complete,
          },
        });
      },
    };
  }

  async #document(
    ctx: Context,
    row: ErasureRow,
    request: Awaited<ReturnType<SubjectRequests['find']>>,
    { progress }: ErasureRun,
    found: Awaited<ReturnType<typeof searchEverywhere>>,
    identifiers: readonly string[],
  ) {
    const { platform, consents } = this.#tools;
    const { tenantId } = ctx.actor;
    const { sql } = platform.db;
    const remains = remainsOf(row, found);
    const now = new Date().toISOString();
    return {
      format: 'stroma erasure certificate 1' as const,
      erasure_id: row.id,
      request: {
        request_id: request.id,
        article: articles[request.kind],
        received_at: request.receivedAt.toISOString(),
      },
      organisation: { id: tenantId, name: await organisationName(sql, tenantId) },
      version: software,
      started_at: row.startedAt.toISOString(),
      finished_at: now,
      executed_by: { id: row.startedBy, name: row.startedByName },
      identifiers_sha256: identifiers.map((each) => consents.digestOf(tenantId, each)),
      versions: progress.versions,
      objects: progress.objects,
      records: progress.records,
      derived: progress.derived,
      accounts: progress.accounts.length,
      invitations: progress.invitations,
      consents: progress.consents,
      mail: progress.mail,
      kept: keptOf(row, found),
      verification: {
        at: now,
        versions_searched: found.searched.versions,
        rows_found: found.datasets
          .flatMap(({ versions }) => versions)
          .reduce((sum, { rows }) => sum + rows, 0),
        records_found: found.store.reduce((sum, { rows }) => sum + rows, 0),
        complete: remains.length === 0,
        remains,
      },
      audit_event_ids: await eventsOf(sql, tenantId, row.id, [ctx.requestId]),
    };
  }

  async #find(ctx: Context, id: string): Promise<ErasureRow> {
    return (
      (await findErasure(this.#tools.platform.db.sql, ctx.actor.tenantId, id)) ??
      fail('NOT_FOUND', 'There is no such erasure.', { erasure_id: id })
    );
  }
}

function requirePossible({ actor }: Context, plan: ErasurePlan, { plan_sha256, decisions }: EraseBody): void {
  if (plan.blocked !== null) fail('CONFLICT', plan.blocked, { request_id: plan.request_id });
  if (plan.plan_sha256 !== plan_sha256)
    fail('CONFLICT', 'The plan is another one than you saw. Read it again, then erase.', {
      plan_sha256: plan.plan_sha256,
    });
  const { erase_accounts: accounts, keep_datasets, erase_signed_datasets, words_only_datasets } = decisions;
  const known = new Set(plan.accounts.map(({ user_id }) => user_id));
  const stray =
    accounts.find((id) => !known.has(id)) ??
    [...keep_datasets, ...erase_signed_datasets, ...words_only_datasets].find(
      (id) => !plan.datasets.some(({ dataset_id }) => dataset_id === id),
    );
  if (stray !== undefined)
    fail('INVALID_INPUT', `The plan does not know "${stray}".`, { field: 'decisions' });
  if (accounts.length > 0 && !actor.permissions.has('members:write'))
    fail('FORBIDDEN', 'To erase an account needs members:write. Ask an administrator to execute this.', {
      permission: 'members:write',
    });
  if (accounts.includes(actor.id)) fail('CONFLICT', 'Nobody erases their own account. Ask somebody else.');
}

/** A hold may have been placed since it was begun; datasets are looked at one by one. */
async function requireNoHold(
  retention: ErasureTools['retention'],
  tenantId: string,
  { plan }: ErasureRow,
): Promise<void> {
  const holds = await retention.holdsOf(tenantId);
  if (holds.everything || plan.accounts.some(({ user_id }) => holds.persons.includes(user_id)))
    fail('CONFLICT', 'A legal hold was placed meanwhile. Look at the plan again.');
}

const documentOf = (row: ErasureRow): Erasure => ({
  erasure_id: row.id,
  request_id: row.requestId,
  job_id: row.jobId,
  status: row.status,
  started_at: row.startedAt.toISOString(),
  started_by: { id: row.startedBy, name: row.startedByName },
  finished_at: row.finishedAt?.toISOString() ?? null,
  error: row.error,
});
