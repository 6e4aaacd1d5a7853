import type { api, MetricNumber, Permission, Run, RunStatus } from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { foreignCursor, readCursor, writeCursor } from '../../platform/paging.ts';
import { type Experiments, requireActive } from './experiments.service.ts';
import type { ViewOf } from './experiments.store.ts';
import { compareRuns } from './run-comparison.ts';
import { codeTag, type ModelParts, pointDocument, RunDocuments } from './run-documents.ts';
import { type GivenInput, RunInputs } from './run-inputs.ts';
import { runConditions, runOrder } from './run-search.ts';
import {
  countPoints,
  type FoundRun,
  findLogged,
  findParams,
  findRuns,
  insertParams,
  insertPoints,
  insertRun,
  type Logged,
  listPoints,
  lockRun,
  metricNumberOf,
  type Point,
  type RunRow,
  saveInputs,
  saveTags,
  searchRuns,
  updateRun,
} from './runs.store.ts';

type RunsQuery = z.output<typeof api.experiments.runs.query>;

export interface NewRun {
  experimentId: string;
  name?: string | undefined;
  startedAt?: Date | undefined;
  tags: ReadonlyMap<string, string>;
  versionIds: readonly string[];
}

export interface ToLog {
  params?: ReadonlyMap<string, string>;
  points?: readonly Point[];
  /** Null takes a tag away. */
  tags?: ReadonlyMap<string, string | null>;
  versionIds?: readonly string[];
  inputs?: readonly GivenInput[];
}

const nameTag = 'mlflow.runName';
const ended: ReadonlySet<RunStatus> = new Set(['finished', 'failed', 'killed']);
const mostOffset = 1_000_000;

/** Runs, and what is logged to them. */
export class Runs {
  readonly #parts: ModelParts;
  readonly #experiments: Experiments;
  readonly #documents: RunDocuments;
  readonly #inputs: RunInputs;

  constructor(parts: ModelParts, experiments: Experiments) {
    this.#parts = parts;
    this.#experiments = experiments;
    this.#documents = new RunDocuments(parts);
    this.#inputs = new RunInputs(parts);
  }

  /** What may be done with a run is what may be done with its experiment. Throws NOT_FOUND, FORBIDDEN. */
  async require(ctx: Context, permission: Permission, id: string): Promise<FoundRun> {
    const [found] = await findRuns(this.#parts.platform.db.sql, ctx, [id]);
    if (found === undefined) return fail('NOT_FOUND', 'There is no such run.', { run_id: id });
    const { experiment } = found;
    await this.#parts.access.resources.require(ctx, permission, {
      id: experiment.id,
      ownerId: experiment.createdBy,
    });
    return found;
  }

  /** To be written to: throws CONFLICT for one that is deleted. */
  async requireActive(ctx: Context, id: string): Promise<FoundRun> {
    const found = await this.require(ctx, 'models:write', id);
    requireActive(found.experiment);
    if (found.run.deletedAt !== null)
      fail('CONFLICT', 'The run is deleted. Restore it first.', { run_id: id });
    return found;
  }

  async list(ctx: Context, query: RunsQuery) {
    const offset = readOffset(query.cursor);
    const found = await this.search(ctx, {
      experimentIds: query.experiment_id === undefined ? null : [query.experiment_id],
      filter: query.filter,
      orderBy: query.order_by === undefined ? [] : [query.order_by],
      view: query.deleted === 'true' ? 'deleted' : 'active',
      limit: query.limit + 1,
      offset,
    });
    const items = await this.#documents.runs(ctx, found.slice(0, query.limit));
    return { items, next_cursor: nextOffset(found.length, query.limit, offset) };
  }

  async search(
    ctx: Context,
    query: {
      experimentIds: readonly string[] | null;
      filter: string;
      orderBy: readonly string[];
      view: ViewOf;
      limit: number;
      offset: number;
    },
  ): Promise<FoundRun[]> {
    return searchRuns(this.#parts.platform.db.sql, ctx, {
      ...query,
      conditions: runConditions(query.filter),
      order: runOrder(query.orderBy),
      reached: await this.#experiments.reached(ctx),
    });
  }

  async get(ctx: Context, id: string): Promise<Run> {
    return this.document(ctx, await this.require(ctx, 'models:read', id));
  }

  async document(ctx: Context, found: FoundRun): Promise<Run> {
    const [document] = await this.#documents.runs(ctx, [found]);
    return document as Run;
  }

  documents(ctx: Context, found: readonly FoundRun[]): Promise<Run[]> {
    return this.#documents.runs(ctx, found);
  }

  logged(ctx: Context, ids: readonly string[]): Promise<Map<string, Logged>> {
    return findLogged(this.#parts.platform.db.sql, ctx, ids);
  }

  async create(
    ctx: Context,
    { experimentId, startedAt, tags, versionIds, ...given }: NewRun,
  ): Promise<FoundRun> {
    const experiment = await this.#experiments.require(ctx, 'models:write', experimentId);
    requireActive(experiment);
    const inputs = await this.#inputs.ofVersions(ctx, versionIds);
    const id = newId('run');
    const name = given.name ?? tags.get(nameTag) ?? `run-${id.slice(-8)}`;
    const run: RunRow = {
      id,
      tenantId: ctx.actor.tenantId,
      experimentId,
      name,
      status: 'running',
      startedAt: startedAt ?? new Date(),
      endedAt: null,
      createdBy: ctx.actor.id,
      deletedAt: null,
    };
    const allTags = new Map([...tags, [nameTag, name]]);
    const { platform, access } = this.#parts;
    await platform.db.transaction(async (tx) => {
      await insertRun(tx, run);
      await saveTags(tx, ctx, id, allTags);
      await saveInputs(
        tx,
        inputs.map((input) => ({ ...input, tenantId: run.tenantId, runId: id })),
      );
      await access.audit.record(tx, ctx, {
        action: 'run.started',
        object: { kind: 'run', id },
        outcome: 'success',
        after: {
          name,
          tags: Object.fromEntries(allTags),
          inputs: inputs.map(({ contentSha256 }) => contentSha256),
        },
        details: { name, experiment_id: experimentId },
      });
    });
    return { run, experiment };
  }

  async update(
    ctx: Context,
    id: string,
    change: { name?: string | undefined; status?: RunStatus | undefined; endedAt?: Date | undefined },
  ): Promise<FoundRun> {
    const { run, experiment } = await this.requireActive(ctx, id);
    const status = change.status ?? run.status;
    const isEnd = ended.has(status);
    const endedAt = change.endedAt ?? (isEnd ? (run.endedAt ?? new Date()) : null);
    const after = { name: change.name ?? run.name, status, endedAt };
    const { platform, access } = this.#parts;
    await platform.db.transaction(async (tx) => {
      await updateRun(tx, ctx, id, after);
      if (change.name !== undefined) await saveTags(tx, ctx, id, new Map([[nameTag, after.name]]));
      const ends = isEnd && !ended.has(run.status);
      await access.audit.record(tx, ctx, {
        action: ends ? 'run.ended' : 'run.changed',
        object: { kind: 'run', id },
        outcome: 'success',
        before: { name: run.name, status: run.status, ended_at: run.endedAt?.toISOString() ?? null },
        after: ends
          ? await this.#whole(tx, ctx, id, after)
          : { ...after, endedAt: endedAt?.toISOString() ?? null },
        details: {
          name: after.name,
          status,
          ...(ends ? { metric_points: await countPoints(tx, ctx, id) } : {}),
        },
      });
    });
    return { run: { ...run, ...after }, experiment };
  }

  /** All that was logged, whose hash goes on record when a run ends. */
  async #whole(tx: Sql, ctx: Context, id: string, { name, status }: Pick<RunRow, 'name' | 'status'>) {
    const logged = (await findLogged(tx, ctx, [id])).get(id) as Logged;
    const metrics = Object.entries(logged.metrics).map(([key, { step, value }]) => [
      key,
      step,
      metricNumberOf(value),
    ]);
    return {
      name,
      status,
      params: logged.params,
      tags: logged.tags,
      metrics,
      inputs: logged.inputs.map(({ contentSha256, digest }) => [digest, contentSha256]),
    };
  }

  /**
   * A parameter has one value for good: throws CONFLICT for another. While a run goes on its points are a record that
   * grows, whose end is put on the audit trail with its hash; what is logged to it afterwards is put there each time.
   */
  async log(ctx: Context, id: string, given: ToLog): Promise<FoundRun> {
    const found = await this.requireActive(ctx, id);
    const { params = new Map(), points = [], tags = new Map() } = given;
    const inputs = [
      ...(await this.#inputs.ofVersions(ctx, given.versionIds ?? [])),
      ...(await this.#inputs.ofClient(ctx, given.inputs ?? [])),
    ];
    const { platform, access } = this.#parts;
    const { tenantId } = found.run;
    const name = tags.get(nameTag);
    await platform.db.transaction(async (tx) => {
      if (params.size > 0) {
        await lockRun(tx, ctx, id);
        refuseOther(params, await findParams(tx, ctx, id, [...params.keys()]));
        await insertParams(tx, ctx, id, params);
      }
      await saveTags(tx, ctx, id, tags);
      if (typeof name === 'string') await updateRun(tx, ctx, id, { name });
      await insertPoints(tx, ctx, id, points);
      await saveInputs(
        tx,
        inputs.map((input) => ({ ...input, tenantId, runId: id })),
      );
      const isMore = params.size + tags.size + inputs.length > 0;
      if (!isMore && !ended.has(found.run.status)) return;
      await access.audit.record(tx, ctx, {
        action: 'run.logged',
        object: { kind: 'run', id },
        outcome: 'success',
        after: {
          params: Object.fromEntries(params),
          tags: Object.fromEntries(tags),
          points: points.map((each) => ({ ...each, value: metricNumberOf(each.value) })),
          inputs: inputs.map(({ digest, contentSha256 }) => [digest, contentSha256]),
        },
        details: { params: params.size, tags: tags.size, points: points.length, inputs: inputs.length },
      });
    });
    return typeof name === 'string' ? { ...found, run: { ...found.run, name } } : found;
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const { run } = await this.requireActive(ctx, id);
    await this.#setDeleted(ctx, run, new Date());
  }

  async restore(ctx: Context, id: string): Promise<FoundRun> {
    const { run, experiment } = await this.require(ctx, 'models:write', id);
    requireActive(experiment);
    if (run.deletedAt !== null) await this.#setDeleted(ctx, run, null);
    return { run: { ...run, deletedAt: null }, experiment };
  }

  async #setDeleted(ctx: Context, { id, name }: RunRow, deletedAt: Date | null): Promise<void> {
    const { platform, access } = this.#parts;
    await platform.db.transaction(async (tx) => {
      await updateRun(tx, ctx, id, { deletedAt });
      await access.audit.record(tx, ctx, {
        action: deletedAt === null ? 'run.restored' : 'run.deleted',
        object: { kind: 'run', id },
        outcome: 'success',
        details: { name },
      });
    });
  }

  async points(
    ctx: Context,
    id: string,
    key: string,
    page: { limit: number; offset: number },
  ): Promise<Point[]> {
    await this.require(ctx, 'models:read', id);
    return listPoints(this.#parts.platform.db.sql, ctx, id, key, page);
  }

  async history(
    ctx: Context,
    id: string,
    query: { key: string; limit: number; cursor?: string | undefined },
  ) {
    const offset = readOffset(query.cursor);
    const points = await this.points(ctx, id, query.key, { limit: query.limit + 1, offset });
    return {
      items: points.slice(0, query.limit).map(pointDocument),
      next_cursor: nextOffset(points.length, query.limit, offset),
    };
  }

  async compare(ctx: Context, ids: readonly string[]) {
    const wanted = [...new Set(ids)];
    const found = await Promise.all(wanted.map((id) => this.require(ctx, 'models:read', id)));
    return compareRuns(await this.#documents.runs(ctx, found));
  }
}

export const codeTagOf = (commit: string | undefined): [string, string][] =>
  commit === undefined ? [] : [[codeTag, commit]];

export const numberOf = (value: MetricNumber): number => Number(value);

/** The cursor of a list whose order is the asker's: how many came before. */
export function readOffset(cursor: string | undefined): number {
  const offset = readCursor(cursor)?.[0] ?? 0;
  if (typeof offset !== 'number' || !Number.isInteger(offset) || offset < 0 || offset > mostOffset)
    return foreignCursor();
  return offset;
}

export const nextOffset = (found: number, limit: number, offset: number): string | null =>
  found > limit ? writeCursor([offset + limit, '']) : null;

function refuseOther(params: ReadonlyMap<string, string>, known: ReadonlyMap<string, string>): void {
  for (const [key, value] of params) {
    const before = known.get(key);
    if (before !== undefined && before !== value)
      fail(
        'CONFLICT',
        `The parameter "${key}" was logged before with the value "${before.slice(0, 100)}"; given "${value.slice(0, 100)}". A parameter keeps its value: begin another run.`,
        { field: key, reason: 'value' },
      );
  }
}
