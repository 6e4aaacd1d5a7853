import { isDeepStrictEqual } from 'node:util';
import type { api, ModelMonitor, MonitorCheck } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import { RunDocuments } from '../experiments/run-documents.ts';
import type { ModelRow } from '../registry/models.store.ts';
import type { RegisteredModels } from '../registry/registered-models.service.ts';
import type { ServedModels, ServedVersion } from '../serving/served-models.ts';
import {
  type CheckDocument,
  checkHead,
  columnsOf,
  firingDocument,
  mayChangeMonitor,
  monitorDocument,
  retrainingDocument,
  settingsOf,
} from './monitor-documents.ts';
import { requireSound, standingOf, timesOf } from './monitor-settings.ts';
import {
  type CheckRow,
  deleteMonitor,
  findCheck,
  findMonitor,
  insertMonitor,
  listChecks,
  listFirings,
  listMonitors,
  listRetrainings,
  lockMonitor,
  type MonitorRow,
  newestChecks,
  runningRetrainings,
  updateMonitor,
} from './monitors.store.ts';
import type { MonitoringParts, Retrainings } from './retrainings.service.ts';

type CreateBody = z.output<typeof api.modelMonitoring.create.body>;
type UpdateBody = z.output<typeof api.modelMonitoring.update.body>;
type ListQuery = z.output<typeof api.modelMonitoring.list.query>;
type Page = { limit: number; cursor?: string | undefined };

export const checkKind = 'ml.monitor-check';

export interface CheckInput {
  monitor_id: string;
  scheduled: boolean;
  /** Of the monitor, for the title. */
  name: string;
}

export interface MonitorWalls {
  parts: MonitoringParts;
  models: RegisteredModels;
  served: ServedModels;
  retrainings: Retrainings;
}

/** Monitors of models: what they look at, and what they found, for who is shown what the version learned from. */
export class Monitors {
  readonly #walls: MonitorWalls;
  readonly #named: RunDocuments;
  readonly documents: SealedTable<'document'>;
  readonly messages: SealedTable<'message'>;

  constructor(walls: MonitorWalls) {
    this.#walls = walls;
    this.#named = new RunDocuments(walls.parts);
    const { sealed } = walls.parts.platform;
    this.documents = sealed.know({ table: 'ml_monitor_checks', columns: ['document'] });
    this.messages = sealed.know({ table: 'ml_monitor_firings', columns: ['message'] });
  }

  /** A page may hold fewer than its limit: those the asker may not see are left out. */
  async list(ctx: Context, query: ListQuery) {
    const { parts, models } = this.#walls;
    if (query.model_id !== undefined) await models.require(ctx, 'models:read', query.model_id);
    const rows = await listMonitors(parts.platform.db.sql, ctx.actor.tenantId, {
      modelId: query.model_id,
      reached: await models.reached(ctx),
      before: readIdCursor('monitor', query.cursor),
      limit: query.limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, query.limit, ({ id }) => id);
    const seen: { row: MonitorRow; model: ModelRow; found: ServedVersion | null }[] = [];
    for (const row of page)
      try {
        seen.push({ row, ...(await this.#see(ctx, row)) });
      } catch (error) {
        if (!(error instanceof StromaError) || (error.code !== 'FORBIDDEN' && error.code !== 'NOT_FOUND'))
          throw error;
      }
    return { items: await this.#told(ctx, seen), next_cursor };
  }

  async get(ctx: Context, id: string): Promise<ModelMonitor> {
    const row = await this.#row(ctx, id);
    const [document] = await this.#told(ctx, [{ row, ...(await this.#see(ctx, row)) }]);
    return document as ModelMonitor;
  }

  async create(ctx: Context, { model_id, ...settings }: CreateBody): Promise<ModelMonitor> {
    const { parts, models } = this.#walls;
    const model = await models.require(ctx, 'models:write', model_id);
    await this.#found(ctx, model, settings.version);
    await requireSound(this.#walls.parts, ctx, settings);
    const { tenantId, id: ownerId } = ctx.actor;
    const now = new Date();
    const row: MonitorRow = {
      ...columnsOf(settings),
      ...timesOf(settings),
      id: newId('monitor'),
      tenantId,
      modelId: model.id,
      revision: 1,
      anchorId: null,
      anchorNumber: null,
      standing: {},
      checkId: null,
      ownerId,
      createdAt: now,
      updatedAt: now,
    };
    await parts.platform.db.transaction(async (tx) => {
      await insertMonitor(tx, row);
      await parts.access.audit.record(tx, ctx, {
        action: 'model-monitor.created',
        object: { kind: 'model', id: model.id },
        outcome: 'success',
        after: settings,
        details: { name: model.name, monitor_id: row.id, monitor: row.name },
      });
    });
    return this.get(ctx, row.id);
  }

  /** Whoever changes a monitor is its owner from then on: it looks with their rights. */
  async update(ctx: Context, id: string, { revision, ...settings }: UpdateBody): Promise<ModelMonitor> {
    const { parts } = this.#walls;
    const { row, model } = await this.#changeable(ctx, id);
    await this.#found(ctx, model, settings.version);
    await requireSound(this.#walls.parts, ctx, settings);
    await parts.platform.db.transaction(async (tx) => {
      const before = await lockMonitor(tx, ctx.actor.tenantId, id);
      if (before === null || before.revision !== revision)
        fail('CONFLICT', 'Somebody changed this monitor meanwhile. Load it again and repeat your change.', {
          revision: before?.revision ?? null,
        });
      const isOtherWindow =
        before !== null &&
        (!isDeepStrictEqual(before.window, settings.window) || before.version !== settings.version);
      await updateMonitor(tx, ctx.actor.tenantId, id, {
        ...columnsOf(settings),
        ...timesOf(settings),
        revision: revision + 1,
        ownerId: ctx.actor.id,
        standing: standingOf(before?.standing ?? {}, before?.rules ?? [], settings.rules),
        ...(isOtherWindow && { anchorId: null, anchorNumber: null }),
        updatedAt: new Date(),
      });
      await parts.access.audit.record(tx, ctx, {
        action: 'model-monitor.changed',
        object: { kind: 'model', id: row.modelId },
        outcome: 'success',
        before: before === null ? null : settingsOf(before),
        after: settings,
        details: { name: model.name, monitor_id: id, monitor: settings.name, paused: settings.paused },
      });
    });
    return this.get(ctx, id);
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const { parts } = this.#walls;
    const { row, model } = await this.#changeable(ctx, id);
    await parts.platform.db.transaction(async (tx) => {
      await deleteMonitor(tx, ctx.actor.tenantId, id);
      await parts.access.audit.record(tx, ctx, {
        action: 'model-monitor.deleted',
        object: { kind: 'model', id: row.modelId },
        outcome: 'success',
        before: settingsOf(row),
        details: { name: model.name, monitor_id: id, monitor: row.name },
      });
    });
  }

  async check(ctx: Context, id: string): Promise<{ job_id: string }> {
    const { row } = await this.#seenForWriting(ctx, id);
    const { jobs } = this.#walls.parts.platform;
    await jobs.open();
    const input: CheckInput = { monitor_id: id, scheduled: false, name: row.name };
    return { job_id: await jobs.send(ctx, checkKind, input) };
  }

  async checks(ctx: Context, id: string, { limit, cursor }: Page) {
    const { sql } = this.#walls.parts.platform.db;
    const row = await this.#seen(ctx, id);
    const rows = await listChecks(sql, ctx.actor.tenantId, row.id, {
      before: readIdCursor('monitorCheck', cursor),
      limit: limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, limit, (each) => each.id);
    return { items: page.map(checkHead), next_cursor };
  }

  async getCheck(ctx: Context, id: string, checkId: string): Promise<MonitorCheck> {
    const { parts } = this.#walls;
    const monitor = await this.#seen(ctx, id);
    const row =
      (await findCheck(parts.platform.db.sql, ctx.actor.tenantId, id, checkId)) ??
      fail('NOT_FOUND', 'This monitor has no such check.', { check_id: checkId });
    await this.#requireSight(ctx, monitor, row);
    const document = await this.#opened(row);
    const named = await this.#named.names([row.createdBy]);
    return {
      ...checkHead(row),
      monitor_id: id,
      model_id: monitor.modelId,
      version_id: row.versionId,
      dataset_id: row.datasetId,
      dataset_version_id: row.datasetVersionId,
      findings: document?.findings ?? null,
      rules: (document?.rules ?? []).map((own) => ({ ...own, found: own.found ?? null })),
      provenance_id: row.provenanceId,
      created_by: named(row.createdBy),
    };
  }

  async firings(ctx: Context, id: string, { limit, cursor }: Page) {
    const { tenantId } = ctx.actor;
    await this.#seen(ctx, id);
    const rows = await listFirings(this.#walls.parts.platform.db.sql, tenantId, id, {
      before: readIdCursor('monitorFiring', cursor),
      limit: limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, limit, (each) => each.id);
    const opened = await this.messages.openAll(tenantId, page, (each) => each.id);
    return { items: opened.map(firingDocument), next_cursor };
  }

  async retrain(ctx: Context, id: string) {
    const { row, found } = await this.#seenForWriting(ctx, id);
    if (found === null)
      return fail('UNPROCESSABLE', `There is no version "${row.version}" yet that could be trained again.`, {
        version: row.version,
      });
    return this.#walls.retrainings.start(ctx, row, found, 'person');
  }

  async listRetrainings(ctx: Context, id: string, { limit, cursor }: Page) {
    await this.#seen(ctx, id);
    const rows = await listRetrainings(this.#walls.parts.platform.db.sql, ctx.actor.tenantId, id, {
      before: readIdCursor('retraining', cursor),
      limit: limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, limit, (each) => each.id);
    return { items: page.map(retrainingDocument), next_cursor };
  }

  async #row(ctx: Context, id: string): Promise<MonitorRow> {
    const row = await findMonitor(this.#walls.parts.platform.db.sql, ctx.actor.tenantId, id);
    return row ?? fail('NOT_FOUND', 'There is no such monitor.', { monitor_id: id });
  }

  /** Throws FORBIDDEN for who is not shown what the version learned from as it is. */
  async #see(ctx: Context, row: MonitorRow): Promise<{ model: ModelRow; found: ServedVersion | null }> {
    const model = await this.#walls.models.require(ctx, 'models:read', row.modelId);
    const found = await this.#found(ctx, model, row.version).catch((error: unknown) => {
      // Its name may have come to a version that was not trained here, of which there is nothing to look at.
      if (error instanceof StromaError && error.code === 'UNPROCESSABLE') return null;
      throw error;
    });
    const newest = (await newestChecks(this.#walls.parts.platform.db.sql, row.tenantId, [row.id])).get(
      row.id,
    );
    if (newest !== undefined) await this.#requireSight(ctx, row, newest);
    return { model, found };
  }

  async #seen(ctx: Context, id: string): Promise<MonitorRow> {
    const row = await this.#row(ctx, id);
    await this.#see(ctx, row);
    return row;
  }

  async #seenForWriting(ctx: Context, id: string) {
    const row = await this.#row(ctx, id);
    const seen = await this.#see(ctx, row);
    await this.#walls.models.require(ctx, 'models:write', row.modelId);
    return { row, ...seen };
  }

  async #changeable(ctx: Context, id: string): Promise<{ row: MonitorRow; model: ModelRow }> {
    const row = await this.#row(ctx, id);
    const model = await this.#walls.models.require(ctx, 'models:write', row.modelId);
    if (!mayChangeMonitor(ctx, row))
      fail('FORBIDDEN', 'Its owner changes this monitor, or somebody who promotes models.', {
        rule: 'owner',
      });
    return { row, model };
  }

  /** Null while there is no version of that name. Throws FORBIDDEN, and UNPROCESSABLE for one that cannot be asked. */
  async #found(ctx: Context, model: ModelRow, version: string): Promise<ServedVersion | null> {
    try {
      return await this.#walls.served.ofModel(ctx, model, version, 'tell');
    } catch (error) {
      if (error instanceof StromaError && error.code === 'NOT_FOUND') return null;
      throw error;
    }
  }

  /** What was found tells of values of the data: to who sees as much of it as whoever it was found for. */
  async #requireSight(ctx: Context, { modelId }: MonitorRow, row: CheckRow): Promise<void> {
    if (row.datasetId === null) return;
    const sight = await this.#walls.parts.data.sightOf(ctx, row.datasetId);
    if (sight === null || (sight.view !== row.view && (sight.masked.size > 0 || sight.rowsWithheld)))
      fail('FORBIDDEN', 'This monitor tells of data that you are not shown as its owner is.', {
        restricted: true,
        model_id: modelId,
      });
  }

  async #opened(row: CheckRow): Promise<CheckDocument | null> {
    if (row.document === null && row.sealed === null) return null;
    const { document } = await this.documents.open(row.tenantId, row.id, row);
    return document === null ? null : (JSON.parse(document) as CheckDocument);
  }

  async #told(
    ctx: Context,
    seen: readonly { row: MonitorRow; model: ModelRow; found: ServedVersion | null }[],
  ): Promise<ModelMonitor[]> {
    const { sql } = this.#walls.parts.platform.db;
    const { tenantId } = ctx.actor;
    const ids = seen.map(({ row }) => row.id);
    const newest = await newestChecks(sql, tenantId, ids);
    const running = await runningRetrainings(sql, tenantId, ids);
    const named = await this.#named.names(seen.flatMap(({ row }) => [row.ownerId, ...row.notify]));
    return Promise.all(
      seen.map(async ({ row, model, found }) => {
        const check = newest.get(row.id);
        const document = check === undefined ? null : await this.#opened(check);
        return monitorDocument(ctx, row, {
          modelName: model.name,
          logging: model.predictionLog?.enabled === true,
          number: found?.version.number ?? null,
          newest: check,
          seen: document,
          running: running.get(row.id),
          named,
        });
      }),
    );
  }
}
