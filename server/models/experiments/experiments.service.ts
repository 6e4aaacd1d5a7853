import type { api, Experiment, Permission } from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { readCursor, toPage } from '../../platform/paging.ts';
import {
  type ExperimentRow,
  findExperiment,
  findExperimentByName,
  insertExperiment,
  listExperiments,
  searchExperiments,
  updateExperiment,
  type ViewOf,
} from './experiments.store.ts';
import { experiments } from './experiments.tables.ts';
import { changedTo, type Described, describedAs, NamedThings } from './named-things.ts';
import { type ModelParts, RunDocuments } from './run-documents.ts';

type ListQuery = z.output<typeof api.experiments.list.query>;
type Change = z.output<typeof api.experiments.update.body>;

export type NewExperiment = Described;

/** Where a client of MLflow that names no experiment logs to. */
const defaultName = 'Default';

/** Experiments as their people may see and change them. */
export class Experiments {
  readonly #parts: ModelParts;
  readonly #documents: RunDocuments;
  readonly #things: NamedThings;

  constructor(parts: ModelParts) {
    this.#parts = parts;
    this.#things = new NamedThings(parts, 'experiment');
    this.#documents = new RunDocuments(parts);
  }

  /** Throws NOT_FOUND for one out of reach; FORBIDDEN where it may be seen but this may not be done. */
  async require(ctx: Context, permission: Permission, id: string): Promise<ExperimentRow> {
    const row = await findExperiment(this.#parts.platform.db.sql, ctx.actor.tenantId, id);
    return this.#things.require(ctx, permission, row, { experiment_id: id });
  }

  /** The one whose name it is, deleted or not. */
  async named(ctx: Context, permission: Permission, name: string): Promise<ExperimentRow> {
    const row = await findExperimentByName(this.#parts.platform.db.sql, ctx, name);
    return this.#things.require(ctx, permission, row, { name });
  }

  /** The experiment `0` of MLflow: made when somebody first logs to it. */
  async default(ctx: Context, isNeeded: boolean): Promise<ExperimentRow> {
    const known = await findExperimentByName(this.#parts.platform.db.sql, ctx, defaultName);
    if (known !== null || !isNeeded)
      return this.#things.require(ctx, 'models:read', known, { experiment_id: '0' });
    try {
      return await this.make(ctx, { name: defaultName, description: '', tags: {} });
    } catch (error) {
      // Two clients may begin at once.
      const made = await findExperimentByName(this.#parts.platform.db.sql, ctx, defaultName);
      if (made === null) throw error;
      return made;
    }
  }

  reached(ctx: Context) {
    return this.#things.reached(ctx, { id: experiments.id, ownerId: experiments.createdBy });
  }

  async list(ctx: Context, query: ListQuery) {
    const rows = await listExperiments(this.#parts.platform.db.sql, ctx, {
      search: query.search,
      view: query.deleted === 'true' ? 'deleted' : 'active',
      reached: await this.reached(ctx),
      limit: query.limit + 1,
      cursor: readCursor(query.cursor),
    });
    const page = toPage(
      rows,
      query.limit,
      (row) => [row.updatedAt.toISOString(), row.id],
      (row) => row,
    );
    return { items: await this.#documents.experiments(ctx, page.items), next_cursor: page.next_cursor };
  }

  async search(
    ctx: Context,
    query: { filter: string; orderBy: readonly string[]; view: ViewOf; limit: number; offset: number },
  ): Promise<ExperimentRow[]> {
    return searchExperiments(this.#parts.platform.db.sql, ctx, {
      ...query,
      reached: await this.reached(ctx),
    });
  }

  async get(ctx: Context, id: string): Promise<Experiment> {
    return this.#document(ctx, await this.require(ctx, 'models:read', id));
  }

  async create(ctx: Context, input: NewExperiment): Promise<Experiment> {
    return this.#document(ctx, await this.make(ctx, input));
  }

  async make(ctx: Context, { name, description, tags }: NewExperiment): Promise<ExperimentRow> {
    const now = new Date();
    const row: ExperimentRow = {
      id: newId('experiment'),
      tenantId: ctx.actor.tenantId,
      name,
      description,
      tags,
      createdBy: ctx.actor.id,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    };
    const entry = {
      action: 'experiment.created',
      id: row.id,
      after: describedAs(row),
      details: { name },
    } as const;
    await this.#things.write(ctx, entry, async (tx) => {
      const taken = await findExperimentByName(tx, ctx, name);
      if (taken !== null) nameTaken(taken);
      await insertExperiment(tx, row);
    });
    return row;
  }

  /** A tag that is null is taken away. */
  async update(ctx: Context, id: string, change: Change): Promise<Experiment> {
    const before = await this.require(ctx, 'models:write', id);
    requireActive(before);
    const after = changedTo(before, change);
    const updatedAt = new Date();
    const entry = {
      action: 'experiment.changed',
      id,
      before: describedAs(before),
      after,
      details: { name: after.name, fields: Object.keys(change).join(', ') },
    } as const;
    await this.#things.write(ctx, entry, async (tx) => {
      const taken = await findExperimentByName(tx, ctx, after.name);
      if (taken !== null && taken.id !== id) nameTaken(taken);
      await updateExperiment(tx, ctx, id, { ...after, updatedAt });
    });
    return this.#document(ctx, { ...before, ...after, updatedAt });
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const row = await this.require(ctx, 'models:write', id);
    requireActive(row);
    await this.#setDeleted(ctx, row, new Date());
  }

  async restore(ctx: Context, id: string): Promise<Experiment> {
    const row = await this.require(ctx, 'models:write', id);
    if (row.deletedAt !== null) await this.#setDeleted(ctx, row, null);
    return this.#document(ctx, { ...row, deletedAt: null });
  }

  async #setDeleted(ctx: Context, { id, name }: ExperimentRow, deletedAt: Date | null): Promise<void> {
    const action = deletedAt === null ? 'experiment.restored' : 'experiment.deleted';
    await this.#things.write(ctx, { action, id, details: { name } }, (tx) =>
      updateExperiment(tx, ctx, id, { deletedAt, updatedAt: new Date() }),
    );
  }

  async #document(ctx: Context, row: ExperimentRow): Promise<Experiment> {
    const [document] = await this.#documents.experiments(ctx, [row]);
    return document as Experiment;
  }
}

export function requireActive({ id, deletedAt }: Pick<ExperimentRow, 'id' | 'deletedAt'>): void {
  if (deletedAt !== null)
    fail('CONFLICT', 'The experiment is deleted. Restore it first.', { experiment_id: id });
}

const nameTaken = ({ name, deletedAt }: ExperimentRow): never =>
  fail(
    'CONFLICT',
    deletedAt === null
      ? `There is an experiment named "${name}" already.`
      : `A deleted experiment is named "${name}". Restore it, or take another name.`,
    { field: 'name', reason: 'exists' },
  );
