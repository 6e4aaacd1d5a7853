import type { api, Metric } from '@stroma/contracts';
import { quoteIdentifier } from '@stroma/lake';
import type { z } from 'zod';
import type { Access, Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import type { TileDataset, Tiles } from '../tiles/tiles.types.ts';
import { expressionProblem, metricSql } from './metric-expression.ts';
import {
  deleteMetric,
  findApproved,
  findByName,
  findMetrics,
  insertMetric,
  listMetrics,
  type MetricRow,
  type StoredMetric,
  updateMetric,
} from './metrics.store.ts';

type Definition = z.output<typeof api.metrics.create.body>;
type Change = z.output<typeof api.metrics.update.body>;
type Approval = z.output<typeof api.metrics.approve.body>;
type ListQuery = z.output<typeof api.metrics.list.query>;

/** How many boards that somebody may see show a metric, by its id. */
export type CountUses = (ctx: Context, ids: readonly string[]) => Promise<ReadonlyMap<string, number>>;

export interface MetricParts {
  platform: Platform;
  audit: Audit;
  people: Access['people'];
  tiles: Tiles;
}

/** Numbers that are defined once, approved by somebody else, and mean the same wherever they are shown. */
export class Metrics {
  readonly #parts: MetricParts;
  readonly #texts: SealedTable<'expression'>;
  readonly #counts: { uses: CountUses; shown: CountUses }[] = [];

  constructor(parts: MetricParts) {
    this.#parts = parts;
    this.#texts = parts.platform.sealed.know({ table: 'metrics', columns: ['expression'] });
  }

  async #opened(ctx: Context, rows: readonly StoredMetric[]): Promise<MetricRow[]> {
    const opened = await this.#texts.openAll(ctx.actor.tenantId, rows, ({ id }) => id);
    return opened.map((row) => ({ ...row, expression: row.expression ?? '' }));
  }

  async #found(ctx: Context, ids: readonly string[]): Promise<MetricRow[]> {
    return this.#opened(ctx, await findMetrics(this.#parts.platform.db.sql, ctx, ids));
  }

  /** A module says where it shows metrics: to somebody, and at all. */
  knowUses(uses: CountUses, shown: CountUses): void {
    this.#counts.push({ uses, shown });
  }

  /** Of these ids those that there are; what may be seen of the numbers is for their dataset to say. */
  async find(ctx: Context, ids: readonly string[]): Promise<ReadonlyMap<string, MetricRow>> {
    const rows = await this.#found(ctx, ids);
    return new Map(rows.map((row) => [row.id, row]));
  }

  async approvedOf(ctx: Context, datasetIds: readonly string[]): Promise<MetricRow[]> {
    return this.#opened(ctx, await findApproved(this.#parts.platform.db.sql, ctx, datasetIds));
  }

  /** A page may hold fewer than its limit: metrics of datasets the asker may not see are left out. */
  async list(ctx: Context, { dataset_id, approval, search, cursor, limit }: ListQuery) {
    const found = await listMetrics(this.#parts.platform.db.sql, ctx, {
      datasetId: dataset_id,
      approval,
      search,
      after: readIdCursor('metric', cursor),
      limit: limit + 1,
    });
    const { page, next_cursor } = cutPage(found, limit, (row) => row.id);
    return { items: await this.#documents(ctx, await this.#opened(ctx, page)), next_cursor };
  }

  async get(ctx: Context, id: string): Promise<Metric> {
    const [document] = await this.#documents(ctx, await this.#found(ctx, [id]));
    return (
      document ??
      fail('NOT_FOUND', 'There is no such metric, or its dataset is not yours to see.', { metric_id: id })
    );
  }

  async create(ctx: Context, input: Definition): Promise<Metric> {
    await this.#requireSound(ctx, input);
    const { platform, audit } = this.#parts;
    const now = new Date();
    const id = newId('metric');
    const row: StoredMetric = {
      id,
      tenantId: ctx.actor.tenantId,
      ...stored(input),
      ...(await this.#texts.seal(ctx.actor.tenantId, id, input)),
      approval: 'draft',
      approvedBy: null,
      approvedAt: null,
      approvalNote: null,
      revision: 1,
      createdBy: ctx.actor.id,
      definedBy: ctx.actor.id,
      createdAt: now,
      updatedAt: now,
    };
    await platform.db.transaction(async (tx) => {
      if ((await findByName(tx, ctx, input.name)) !== null) nameTaken(input.name);
      await insertMetric(tx, row);
      await audit.record(tx, ctx, {
        action: 'metric.created',
        object: { kind: 'metric', id: row.id },
        outcome: 'success',
        after: stored(input),
        details: { name: input.name, dataset_id: input.dataset_id },
      });
    });
    return this.get(ctx, row.id);
  }

  async update(ctx: Context, id: string, { revision, ...input }: Change): Promise<Metric> {
    const before = await this.get(ctx, id);
    if (!before.may_change) fail('FORBIDDEN', before.why_not ?? 'This metric is not yours to change.');
    await this.#requireSound(ctx, input);
    const { description: _was, ...meant } = stored(definitionOf(before));
    const { description: _is, ...means } = stored(input);
    const isOther = JSON.stringify(meant) !== JSON.stringify(means);
    const { platform, audit } = this.#parts;
    const sealed = await this.#texts.seal(ctx.actor.tenantId, id, input);
    await platform.db.transaction(async (tx) => {
      const other = await findByName(tx, ctx, input.name);
      if (other !== null && other.id !== id) nameTaken(input.name);
      const isChanged = await updateMetric(tx, ctx, id, revision, {
        ...stored(input),
        ...sealed,
        revision: revision + 1,
        updatedAt: new Date(),
        ...(isOther && {
          definedBy: ctx.actor.id,
          approval: 'draft',
          approvedBy: null,
          approvedAt: null,
          approvalNote: null,
        }),
      });
      if (!isChanged) stale();
      await audit.record(tx, ctx, {
        action: 'metric.changed',
        object: { kind: 'metric', id },
        outcome: 'success',
        before: stored(definitionOf(before)),
        after: stored(input),
        details: {
          name: input.name,
          revision: revision + 1,
          approval_taken_back: isOther && before.approval === 'approved',
        },
      });
    });
    return this.get(ctx, id);
  }

  async approve(ctx: Context, id: string, { approval, revision, note }: Approval): Promise<Metric> {
    const before = await this.get(ctx, id);
    const [row] = await this.#found(ctx, [id]);
    if (
      approval === 'approved' &&
      row?.definedBy === ctx.actor.id &&
      !ctx.actor.permissions.has('settings:write')
    )
      fail('FORBIDDEN', 'You said what this metric means; somebody else approves it.', { rule: 'four_eyes' });
    const { platform, audit } = this.#parts;
    await platform.db.transaction(async (tx) => {
      const isApproved = approval === 'approved';
      const isChanged = await updateMetric(tx, ctx, id, revision, {
        approval,
        approvedBy: isApproved ? ctx.actor.id : null,
        approvedAt: isApproved ? new Date() : null,
        approvalNote: note === '' ? null : note,
        updatedAt: new Date(),
      });
      if (!isChanged) stale();
      await audit.record(tx, ctx, {
        action: approval === 'retired' ? 'metric.retired' : isApproved ? 'metric.approved' : 'metric.changed',
        object: { kind: 'metric', id },
        outcome: 'success',
        before: { approval: before.approval },
        after: { approval, note, definition: definitionOf(before) },
        details: { name: before.name, revision, own: row?.definedBy === ctx.actor.id },
      });
    });
    return this.get(ctx, id);
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const before = await this.get(ctx, id);
    if (!before.may_change) fail('FORBIDDEN', before.why_not ?? 'This metric is not yours to delete.');
    if ((await this.#count(ctx, [id], 'shown')).get(id))
      fail(
        'CONFLICT',
        'A dashboard shows this metric. Retire it instead, or take it off the dashboard first.',
      );
    const { platform, audit } = this.#parts;
    await platform.db.transaction(async (tx) => {
      await deleteMetric(tx, ctx, id);
      await audit.record(tx, ctx, {
        action: 'metric.deleted',
        object: { kind: 'metric', id },
        outcome: 'success',
        before: definitionOf(before),
        details: { name: before.name },
      });
    });
  }

  /** The expression is run over what the asker sees: it has to give one number. */
  async #requireSound(ctx: Context, { dataset_id, expression }: Definition): Promise<void> {
    const dataset =
      (await this.#parts.tiles.see(ctx, [dataset_id])).get(dataset_id) ??
      fail('NOT_FOUND', 'There is no such dataset.', { dataset_id });
    const problem = expressionProblem(expression);
    if (problem !== null) fail('SQL_INVALID', problem, { field: 'expression' });
    const { columns } = await this.#parts.tiles.run(ctx, {
      // Without HAVING an expression that is no aggregate would give a number for each row.
      sql: `SELECT ${metricSql(expression)} AS "value" FROM ${quoteIdentifier(dataset.table_name)} HAVING true`,
      datasets: [dataset],
      maxRows: 1,
      about: null,
    });
    const [column] = columns;
    if (columns.length !== 1 || (column?.type !== 'integer' && column?.type !== 'number'))
      fail('SQL_INVALID', `Expected an expression that gives one number, got ${column?.type ?? 'nothing'}.`, {
        field: 'expression',
      });
  }

  async #count(ctx: Context, ids: readonly string[], which: 'uses' | 'shown') {
    const all = await Promise.all(this.#counts.map((count) => count[which](ctx, ids)));
    return new Map(ids.map((id) => [id, all.reduce((sum, each) => sum + (each.get(id) ?? 0), 0)]));
  }

  async #documents(ctx: Context, rows: readonly MetricRow[]): Promise<Metric[]> {
    const seen = await this.#parts.tiles.see(
      ctx,
      rows.map(({ datasetId }) => datasetId),
    );
    const shown = rows.flatMap((row) => {
      const dataset = seen.get(row.datasetId);
      return dataset === undefined ? [] : [{ row, dataset }];
    });
    const uses = await this.#count(
      ctx,
      shown.map(({ row }) => row.id),
      'uses',
    );
    return Promise.all(
      shown.map(({ row, dataset }) => this.#document(ctx, row, dataset, uses.get(row.id) ?? 0)),
    );
  }

  async #document(ctx: Context, row: MetricRow, dataset: TileDataset, usedIn: number): Promise<Metric> {
    const { permissions, id: me } = ctx.actor;
    const mayWrite = permissions.has('metrics:write');
    const mayChange = mayWrite && (row.createdBy === me || permissions.has('metrics:approve'));
    const mayApprove =
      permissions.has('metrics:approve') && (row.definedBy !== me || permissions.has('settings:write'));
    const person = async (userId: string) => ({
      user_id: userId,
      name: (await this.#parts.people.card(ctx.actor.tenantId, userId))?.name ?? null,
    });
    return {
      metric_id: row.id,
      name: row.name,
      synonyms: row.synonyms,
      description: row.description,
      dataset_id: row.datasetId,
      dataset_name: dataset.name,
      expression: row.expression,
      unit: row.unit,
      owner: await person(row.createdBy),
      approval: row.approval,
      approved_by: row.approvedBy === null ? null : await person(row.approvedBy),
      approved_at: row.approvedAt?.toISOString() ?? null,
      approval_note: row.approvalNote,
      revision: row.revision,
      used_in: usedIn,
      created_at: row.createdAt.toISOString(),
      updated_at: row.updatedAt.toISOString(),
      may_change: mayChange,
      may_approve: mayApprove,
      why_not: mayChange
        ? null
        : mayWrite
          ? 'Its owner changes it, or somebody who approves metrics.'
          : 'Your role does not define metrics.',
    };
  }
}

const stored = ({ name, synonyms, description, dataset_id, expression, unit }: Definition) => ({
  name,
  synonyms: [...new Set(synonyms)],
  description,
  datasetId: dataset_id,
  expression,
  unit,
});

const definitionOf = ({ name, synonyms, description, dataset_id, expression, unit }: Metric): Definition => ({
  name,
  synonyms,
  description,
  dataset_id,
  expression,
  unit,
});

const nameTaken = (name: string): never =>
  fail('CONFLICT', `There is a metric named "${name}" already.`, { field: 'name' });
const stale = (): never =>
  fail(
    'CONFLICT',
    'Somebody changed the metric since you read it. Read it again and look at what it means now.',
    {
      field: 'revision',
    },
  );
