import type { ChangePolicy, ImportMode, SourceImport, SourceSelection } from '@stroma/contracts';
import { CronExpressionParser } from 'cron-parser';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { withinTenant } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { findJobs, jobKey } from '../../platform/jobs/jobs.store.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { actorOfRole } from '../../platform/system-actor.ts';
import { findDatasets } from '../datasets/datasets.store.ts';
import type { HiddenDatasets } from '../datasets/hidden-datasets.ts';
import { findConnection } from './connections.store.ts';
import { type ImportInput, importKind } from './imports.input.ts';
import {
  changeImport,
  deleteImport,
  dueImports,
  findImport,
  type ImportRow,
  importDocument,
  insertImport,
  lastRuns,
  listImports,
  listRuns,
  lockImport,
  type RunRow,
  runDocument,
} from './imports.store.ts';

interface Order {
  selection: SourceSelection;
  dataset_name: string;
  mode: ImportMode;
  cursor_column?: string | undefined;
  schedule: string | null;
  on_change: ChangePolicy;
}

/** What is imported from where, and when next. */
export class Imports {
  readonly #platform: Platform;
  readonly #audit: Audit;
  readonly #hidden: HiddenDatasets;

  constructor(platform: Platform, audit: Audit, hidden: HiddenDatasets) {
    this.#platform = platform;
    this.#audit = audit;
    this.#hidden = hidden;
  }

  async create(
    ctx: Context,
    connectionId: string,
    order: Order,
  ): Promise<{ import_id: string; job_id: string }> {
    requireWriting(ctx);
    await this.#requireConnection(ctx, connectionId);
    if ((order.mode === 'incremental') !== (order.cursor_column !== undefined))
      fail('INVALID_INPUT', 'Expected a cursor column for an incremental import, and for no other.', {
        field: 'cursor_column',
      });
    const id = newId('sourceImport');
    const row: ImportRow = {
      id,
      tenantId: ctx.actor.tenantId,
      connectionId,
      selection: order.selection,
      datasetName: order.dataset_name,
      mode: order.mode,
      cursorColumn: order.cursor_column ?? null,
      cursor: null,
      schedule: order.schedule,
      nextAt: nextAt(order.schedule),
      onChange: order.on_change,
      datasetId: null,
      columns: null,
      files: null,
      jobId: null,
      revision: 0,
      createdBy: ctx.actor.id,
      actorName: ctx.actor.name,
      actorRole: ctx.actor.role,
      createdAt: new Date(),
    };
    return this.#platform.db.transaction(async (tx) => {
      await insertImport(tx, row);
      await this.#audit.record(tx, ctx, {
        action: 'import.created',
        object: { kind: 'import', id },
        outcome: 'success',
        after: order,
        details: { connection_id: connectionId, dataset_name: order.dataset_name },
      });
      return { import_id: id, job_id: await this.#send(tx, ctx, row, false) };
    });
  }

  async list(
    ctx: Context,
    connectionId: string,
    { limit, cursor }: { limit: number; cursor?: string | undefined },
  ): Promise<{ items: SourceImport[]; next_cursor: string | null }> {
    await this.#requireConnection(ctx, connectionId);
    const { sql } = this.#platform.db;
    const before = readIdCursor('sourceImport', cursor);
    const rows = await listImports(sql, ctx, connectionId, { before, limit: limit + 1 });
    const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
    return { items: await this.#documents(ctx, page), next_cursor };
  }

  async change(
    ctx: Context,
    connectionId: string,
    id: string,
    change: { schedule?: string | null | undefined; on_change?: ChangePolicy | undefined },
  ): Promise<SourceImport> {
    const { schedule, on_change } = change;
    const next: Partial<ImportRow> = {
      ...(on_change === undefined ? {} : { onChange: on_change }),
      ...(schedule === undefined ? {} : { schedule, nextAt: nextAt(schedule) }),
      // Whoever sets the time answers for what runs then.
      ...(schedule == null
        ? {}
        : { createdBy: ctx.actor.id, actorName: ctx.actor.name, actorRole: ctx.actor.role }),
    };
    await this.#find(ctx, connectionId, id);
    await this.#platform.db.transaction(async (tx) => {
      const row = await this.#locked(tx, ctx, connectionId, id);
      await changeImport(tx, ctx, id, next);
      await this.#audit.record(tx, ctx, {
        action: 'import.changed',
        object: { kind: 'import', id },
        outcome: 'success',
        before: { schedule: row.schedule, on_change: row.onChange },
        after: change,
        details: { connection_id: connectionId },
      });
    });
    const [document] = await this.#documents(ctx, [await this.#find(ctx, connectionId, id)]);
    return document ?? fail('NOT_FOUND', 'There is no such import.', { import_id: id });
  }

  async run(ctx: Context, connectionId: string, id: string, acceptChanges: boolean) {
    requireWriting(ctx);
    await this.#find(ctx, connectionId, id);
    return this.#platform.db.transaction(async (tx) => {
      const row = await this.#locked(tx, ctx, connectionId, id);
      if ((await this.#running(tx, ctx, [row])).has(id))
        fail('CONFLICT', 'This import is running already. Wait for its end, or cancel its job.', {
          job_id: row.jobId,
        });
      return { import_id: id, job_id: await this.#send(tx, ctx, row, acceptChanges) };
    });
  }

  async remove(ctx: Context, connectionId: string, id: string): Promise<void> {
    await this.#find(ctx, connectionId, id);
    await this.#platform.db.transaction(async (tx) => {
      const row = await this.#locked(tx, ctx, connectionId, id);
      await deleteImport(tx, ctx, id);
      await this.#audit.record(tx, ctx, {
        action: 'import.deleted',
        object: { kind: 'import', id },
        outcome: 'success',
        before: { selection: row.selection, schedule: row.schedule },
        details: { connection_id: connectionId },
      });
    });
  }

  async runs(
    ctx: Context,
    connectionId: string,
    query: { import_id?: string | undefined; limit: number; cursor?: string | undefined },
  ) {
    await this.#requireConnection(ctx, connectionId);
    const rows = await listRuns(this.#platform.db.sql, ctx, {
      connectionId,
      importId: query.import_id,
      before: readIdCursor('importRun', query.cursor),
      limit: query.limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, query.limit, ({ id }) => id);
    const seen = await this.#seen(ctx, page);
    return { items: seen.map(runDocument), next_cursor };
  }

  /** Sends the imports whose time has come, each once, as whoever set its time. */
  async sendDue(ctx: Context, now: Date): Promise<number> {
    const due = await dueImports(this.#platform.db.sql, now, 500);
    let sent = 0;
    for (const row of due)
      sent += await withinTenant(row.tenantId, async () => {
        const { createdBy: id, actorName: name, actorRole: role, tenantId } = row;
        const own: Context = { ...ctx, actor: actorOfRole({ id, name, role, tenantId }) };
        return this.#platform.db.transaction(async (tx) => {
          const locked = await lockImport(tx, own, row.id);
          if (locked?.nextAt == null || locked.nextAt > now) return 0;
          await changeImport(tx, own, row.id, { nextAt: nextAt(locked.schedule, now) });
          // One that still runs is not overtaken: what it leaves is taken by the next.
          if ((await this.#running(tx, own, [locked])).has(row.id)) return 0;
          await this.#send(tx, own, locked, false);
          return 1;
        });
      });
    return sent;
  }

  async #send(tx: Sql, ctx: Context, row: ImportRow, acceptChanges: boolean): Promise<string> {
    const input: ImportInput = {
      import_id: row.id,
      connection_id: row.connectionId,
      name: row.datasetName,
      accept_changes: acceptChanges,
      ...(row.datasetId === null ? {} : { dataset_id: row.datasetId }),
    };
    const jobId = await this.#platform.jobs.send(ctx, importKind, input, { tx });
    await changeImport(tx, ctx, row.id, { jobId });
    await this.#audit.record(tx, ctx, {
      action: 'import.started',
      object: { kind: 'import', id: row.id },
      outcome: 'success',
      details: { connection_id: row.connectionId, job_id: jobId },
    });
    return jobId;
  }

  async #documents(ctx: Context, rows: readonly ImportRow[]): Promise<SourceImport[]> {
    const { sql } = this.#platform.db;
    const seen = await this.#seen(ctx, rows);
    const [running, lasts] = await Promise.all([
      this.#running(sql, ctx, seen),
      lastRuns(
        sql,
        ctx,
        seen.map(({ id }) => id),
      ),
    ]);
    return seen.map((row) =>
      importDocument(
        row,
        running.has(row.id),
        lasts.find(({ importId }) => importId === row.id),
      ),
    );
  }

  /** Without those of datasets the asker must not know of. */
  async #seen<Row extends ImportRow | RunRow>(ctx: Context, rows: readonly Row[]): Promise<Row[]> {
    const ids = [...new Set(rows.flatMap(({ datasetId }) => datasetId ?? []))];
    const found = ids.length === 0 ? [] : await findDatasets(this.#platform.db.sql, ctx, ids);
    const hidden = new Set<string>();
    for (const { dataset } of found) if (!(await this.#hidden.mayRead(ctx, dataset))) hidden.add(dataset.id);
    return rows.filter(({ datasetId }) => datasetId === null || !hidden.has(datasetId));
  }

  async #running(db: Sql, { actor }: Context, rows: readonly ImportRow[]): Promise<Set<string>> {
    const keys = rows.flatMap(({ jobId }) => (jobId === null ? [] : [jobKey(actor.tenantId, jobId)]));
    if (keys.length === 0) return new Set();
    const jobs = await findJobs(db, keys);
    const active = (id: string | null) => {
      const status = id === null ? undefined : jobs.get(jobKey(actor.tenantId, id))?.status;
      return status === 'queued' || status === 'running';
    };
    return new Set(rows.filter(({ jobId }) => active(jobId)).map(({ id }) => id));
  }

  async #requireConnection(ctx: Context, id: string): Promise<void> {
    if ((await findConnection(this.#platform.db.sql, ctx, id)) === null)
      fail('NOT_FOUND', 'There is no such connection.', { connection_id: id });
  }

  /** Not inside a transaction. */
  async #find(ctx: Context, connectionId: string, id: string): Promise<ImportRow> {
    const row = await findImport(this.#platform.db.sql, ctx, id);
    if (row?.connectionId !== connectionId || (await this.#seen(ctx, [row])).length === 0)
      return fail('NOT_FOUND', 'There is no such import.', { import_id: id });
    return row;
  }

  async #locked(tx: Sql, ctx: Context, connectionId: string, id: string): Promise<ImportRow> {
    const row = await lockImport(tx, ctx, id);
    return row?.connectionId === connectionId
      ? row
      : fail('NOT_FOUND', 'There is no such import.', { import_id: id });
  }
}

/** An import makes or changes a dataset: it needs what sending a file needs. */
export function requireWriting({ actor }: Context): void {
  if (actor.kind !== 'system' && !actor.permissions.has('datasets:write'))
    fail('FORBIDDEN', 'An import makes a dataset, and you may not make any.', {
      permission: 'datasets:write',
    });
}

/** Five fields, UTC. Throws INVALID_INPUT. */
function nextAt(schedule: string | null, from = new Date()): Date | null {
  if (schedule === null) return null;
  const wrong = (cause?: unknown) =>
    fail(
      'INVALID_INPUT',
      'Expected a cron expression of five fields, for example "0 6 * * 1".',
      { field: 'schedule' },
      cause,
    );
  if (schedule.split(/\s+/).length !== 5) return wrong();
  try {
    return CronExpressionParser.parse(schedule, { currentDate: from, tz: 'UTC' }).next().toDate();
  } catch (error) {
    return wrong(error);
  }
}
