import type { api, Model, Permission, PromotionPolicy } from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { readCursor, toPage } from '../../platform/paging.ts';
import { changedTo, type Described, describedAs, NamedThings } from '../experiments/named-things.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import { findVersion } from './model-versions.store.ts';
import {
  countVersions,
  deleteAliases,
  findAliases,
  findModel,
  findModelByName,
  insertModel,
  listModels,
  lockModel,
  type ModelRow,
  type SearchQuery,
  saveAlias,
  searchModels,
  updateModel,
} from './models.store.ts';
import { models } from './registry.tables.ts';
import { RegistryDocuments } from './registry-documents.ts';

type ListQuery = z.output<typeof api.models.list.query>;
type Change = z.output<typeof api.models.update.body>;

/** What it takes until somebody says otherwise: production is agreed to by a second person. */
export const usualPolicy: PromotionPolicy = {
  staging: { checks: [], approval: false, signature: false },
  production: { checks: [], approval: true, signature: false },
  guarded_aliases: ['champion', 'production'],
};

/** Models of the registry, of which versions are registered. */
export class RegisteredModels {
  readonly #parts: ModelParts;
  readonly #documents: RegistryDocuments;
  readonly #things: NamedThings;

  constructor(parts: ModelParts) {
    this.#parts = parts;
    this.#things = new NamedThings(parts, 'model');
    this.#documents = new RegistryDocuments(parts);
  }

  /** Deleted or not. Throws NOT_FOUND for one out of reach; FORBIDDEN where this may not be done with it. */
  async requireAny(ctx: Context, permission: Permission, id: string): Promise<ModelRow> {
    const row = await findModel(this.#parts.platform.db.sql, ctx.actor.tenantId, id);
    return this.#things.require(ctx, permission, row, { model: id });
  }

  async require(ctx: Context, permission: Permission, id: string): Promise<ModelRow> {
    const row = await this.requireAny(ctx, permission, id);
    return row.deletedAt === null ? row : this.#things.notThere({ model: id });
  }

  async named(ctx: Context, permission: Permission, name: string): Promise<ModelRow> {
    const row = await findModelByName(this.#parts.platform.db.sql, ctx, name);
    return this.#things.require(ctx, permission, row, { model: name });
  }

  reached(ctx: Context) {
    return this.#things.reached(ctx, { id: models.id, ownerId: models.createdBy });
  }

  async list(ctx: Context, query: ListQuery) {
    const rows = await listModels(this.#parts.platform.db.sql, ctx, {
      search: query.search,
      deleted: query.deleted === 'true',
      reached: await this.reached(ctx),
      limit: query.limit + 1,
      cursor: readCursor(query.cursor),
    });
    const page = toPage(
      rows,
      query.limit,
      (row) => [row.name, row.id],
      (row) => row,
    );
    return { items: await this.#documents.models(ctx, page.items), next_cursor: page.next_cursor };
  }

  async search(ctx: Context, query: Omit<SearchQuery, 'reached'>): Promise<ModelRow[]> {
    return searchModels(this.#parts.platform.db.sql, ctx, { ...query, reached: await this.reached(ctx) });
  }

  async get(ctx: Context, id: string): Promise<Model> {
    return this.document(ctx, await this.requireAny(ctx, 'models:read', id));
  }

  async document(ctx: Context, row: ModelRow): Promise<Model> {
    const [document] = await this.#documents.models(ctx, [row]);
    return document as Model;
  }

  async create(ctx: Context, { name, description, tags }: Described): Promise<ModelRow> {
    requireAddressable(name);
    const now = new Date();
    const row: ModelRow = {
      id: newId('model'),
      tenantId: ctx.actor.tenantId,
      name,
      description,
      tags,
      policy: usualPolicy,
      predictionLog: null,
      lastNumber: 0,
      createdBy: ctx.actor.id,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    };
    const entry = {
      action: 'model.created',
      id: row.id,
      after: describedAs(row),
      details: { name },
    } as const;
    await this.#things.write(ctx, entry, async (tx) => {
      if ((await findModelByName(tx, ctx, name)) !== null) nameTaken(name);
      await insertModel(tx, row);
    });
    return row;
  }

  async update(ctx: Context, id: string, change: Change): Promise<ModelRow> {
    const before = await this.require(ctx, 'models:write', id);
    if (change.name !== undefined) requireAddressable(change.name);
    const after = changedTo(before, change);
    const fields = Object.keys(change).join(', ');
    return this.#change(ctx, before, after, { fields }, after.name);
  }

  async setPolicy(ctx: Context, id: string, policy: PromotionPolicy): Promise<Model> {
    const before = await this.require(ctx, 'models:promote', id);
    return this.document(ctx, await this.#change(ctx, before, { policy }, { fields: 'policy' }));
  }

  async #change(
    ctx: Context,
    before: ModelRow,
    change: Partial<Pick<ModelRow, 'name' | 'description' | 'tags' | 'policy'>>,
    details: Record<string, string>,
    name = before.name,
  ): Promise<ModelRow> {
    const updatedAt = new Date();
    const entry = {
      action: 'model.changed',
      id: before.id,
      before: Object.fromEntries(Object.keys(change).map((key) => [key, before[key as keyof ModelRow]])),
      after: change,
      details: { name, ...details },
    } as const;
    await this.#things.write(ctx, entry, async (tx) => {
      const taken = await findModelByName(tx, ctx, name);
      if (taken !== null && taken.id !== before.id) nameTaken(name);
      await updateModel(tx, ctx, before.id, { ...change, updatedAt });
    });
    return { ...before, ...change, updatedAt };
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const { name } = await this.require(ctx, 'models:write', id);
    await this.#things.write(ctx, { action: 'model.deleted', id, details: { name } }, async (tx) => {
      await lockModel(tx, id);
      const { stages = {} } = (await countVersions(tx, ctx, [id])).get(id) ?? {};
      if (stages.production !== undefined)
        fail('CONFLICT', `Version ${stages.production} is in production. Archive it first.`, {
          model_id: id,
        });
      await updateModel(tx, ctx, id, { deletedAt: new Date() });
    });
  }

  async restore(ctx: Context, id: string): Promise<Model> {
    const row = await this.requireAny(ctx, 'models:write', id);
    if (row.deletedAt === null) return this.document(ctx, row);
    const { name } = row;
    await this.#things.write(ctx, { action: 'model.restored', id, details: { name } }, async (tx) => {
      if ((await findModelByName(tx, ctx, name)) !== null) nameTaken(name);
      await updateModel(tx, ctx, id, { deletedAt: null });
    });
    return this.document(ctx, { ...row, deletedAt: null });
  }

  /** A number that is null takes the alias away. Throws FORBIDDEN for a guarded alias and who may not promote. */
  async setAlias(ctx: Context, id: string, alias: string, number: number | null): Promise<ModelRow> {
    const row = await this.require(ctx, 'models:write', id);
    if (row.policy.guarded_aliases.includes(alias)) await this.require(ctx, 'models:promote', id);
    const { platform, access } = this.#parts;
    await platform.db.transaction(async (tx) => {
      await lockModel(tx, id);
      const before = (await findAliases(tx, ctx, [id])).find((each) => each.alias === alias) ?? null;
      if (number === null) {
        if (before === null) fail('NOT_FOUND', `The model has no alias "${alias}".`, { alias });
        await deleteAliases(tx, ctx, id, { alias });
      } else {
        const found = await findVersion(tx, ctx, id, number);
        if (found === null || found.version.deletedAt !== null)
          fail('NOT_FOUND', `The model has no version ${number}.`, { number });
        await saveAlias(tx, { tenantId: row.tenantId, modelId: id, alias, number });
      }
      await access.audit.record(tx, ctx, {
        action: 'model.changed',
        object: { kind: 'model', id },
        outcome: 'success',
        before: { alias, number: before?.number ?? null },
        after: { alias, number },
        details: { name: row.name, alias, from: before?.number ?? null, to: number },
      });
    });
    return row;
  }

  /** The number of the version an alias points at. Throws NOT_FOUND. */
  async versionOfAlias(ctx: Context, row: ModelRow, alias: string): Promise<number> {
    const aliases = await findAliases(this.#parts.platform.db.sql, ctx, [row.id]);
    return (
      aliases.find((each) => each.alias === alias)?.number ??
      fail('NOT_FOUND', `The model has no alias "${alias}".`, { alias })
    );
  }
}

/** `models:/<name>/<version>` is how versions are named. */
export function requireAddressable(name: string): void {
  if (/[/:]/.test(name) || name.trim() !== name)
    fail('INVALID_INPUT', 'Expected a name without /, : and blanks around it.', { field: 'name' });
}

const nameTaken = (name: string): never =>
  fail('CONFLICT', `There is a model named "${name}" already.`, { field: 'name', reason: 'exists' });
