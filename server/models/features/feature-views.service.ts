import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { api, FeaturePreview, FeatureView, FeatureViewDefinition } from '@stroma/contracts';
import type { z } from 'zod';
import type { Access } from '../../access/index.ts';
import type { Data } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { nextTime, requireApart } from '../../platform/jobs/cron-times.ts';
import { readCursor, readIdCursor, toPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { FeatureDefinitions, type InspectedDefinition } from './feature-definitions.ts';
import {
  type KnownView,
  materialisationDocument,
  mayChangeView,
  seesAll,
  versionDocument,
  viewDocument,
} from './feature-documents.ts';
import {
  deleteOnline,
  findVersions,
  findViewByName,
  findViews,
  insertVersion,
  insertView,
  listMaterialisations,
  listVersions,
  listViews,
  newestMaterialisations,
  type StoredVersion,
  updateView,
  type VersionRow,
  type ViewRow,
} from './feature-views.store.ts';
import type { FeatureMeaning } from './features.tables.ts';

type ListQuery = z.output<typeof api.features.list.query>;
type Change = z.output<typeof api.features.update.body>;
type Schedule = z.output<typeof api.features.setSchedule.body>['schedule'];
type Page = { limit: number; cursor?: string | undefined };

export interface FeatureParts {
  platform: Platform;
  access: Pick<Access, 'audit' | 'namesOfUsers' | 'people'>;
  data: Pick<Data, 'tiles' | 'derived'>;
}

export const lookupPurpose = 'feature-lookup';
const nearestMinutes = 5;

/** Features as they are defined. Whoever may not see a dataset that a view reads does not see the view. */
export class FeatureViews {
  readonly #parts: FeatureParts;
  readonly #definitions: FeatureDefinitions;
  readonly #texts: SealedTable<'sql'>;

  constructor(parts: FeatureParts) {
    this.#parts = parts;
    this.#definitions = new FeatureDefinitions(parts.data.tiles);
    this.#texts = parts.platform.sealed.know({ table: 'ml_feature_view_versions', columns: ['sql'] });
  }

  async preview(ctx: Context, definition: FeatureViewDefinition): Promise<FeaturePreview> {
    const { columns, rows, facts, problems } = await this.#definitions.inspect(ctx, definition);
    return { columns, rows, facts, problems };
  }

  /** A page may hold fewer than its limit: views over datasets the asker may not see are left out. */
  async list(ctx: Context, { search, cursor, limit }: ListQuery) {
    const rows = await listViews(this.#parts.platform.db.sql, ctx, {
      search,
      cursor: readCursor(cursor),
      limit: limit + 1,
    });
    const page = toPage(
      rows,
      limit,
      (row) => [row.name, row.id],
      (row) => row,
    );
    return {
      items: await this.#told(ctx, await this.#known(ctx, page.items)),
      next_cursor: page.next_cursor,
    };
  }

  async get(ctx: Context, id: string): Promise<FeatureView> {
    const [document] = await this.#told(ctx, [await this.require(ctx, id)]);
    return document as FeatureView;
  }

  /** Throws NOT_FOUND for one the asker may not know of. */
  async require(ctx: Context, id: string, number?: number): Promise<KnownView> {
    const [row] = await findViews(this.#parts.platform.db.sql, ctx, [id]);
    if (row === undefined) return notThere(id);
    const [known] = await this.#known(ctx, [row], number);
    if (known !== undefined) return known;
    if (number === undefined || number === row.number) return notThere(id);
    return fail('NOT_FOUND', `The feature view "${row.name}" has no version ${number} you may see.`, {
      view_id: id,
    });
  }

  /** Throws FORBIDDEN too, for who sees only a part of what it reads. */
  async requireWhole(ctx: Context, id: string, what: string): Promise<KnownView> {
    const known = await this.require(ctx, id);
    if (!seesAll(known))
      fail(
        'FORBIDDEN',
        `You see a part of the datasets of "${known.row.name}"; ${what} would show the rest. Its preview shows what you see of them.`,
        { restricted: true },
      );
    return known;
  }

  async create(ctx: Context, definition: FeatureViewDefinition): Promise<FeatureView> {
    const meaning = requireSound(await this.#definitions.inspect(ctx, definition));
    const { platform, access } = this.#parts;
    const { tenantId } = ctx.actor;
    const now = new Date();
    const id = newId('featureView');
    const lookupKey = await platform.keys.encryptText(randomBytes(32).toString('hex'), lookupPurpose, id);
    const version = await this.#version(ctx, { viewId: id, number: 1 }, definition.sql, meaning, now);
    await platform.db.transaction(async (tx) => {
      await this.#requireFree(tx, ctx, definition.name);
      await insertView(tx, {
        id,
        tenantId,
        name: definition.name,
        description: definition.description,
        tags: definition.tags,
        number: 1,
        revision: 1,
        lookupKey,
        createdBy: ctx.actor.id,
        createdAt: now,
        updatedAt: now,
      });
      await insertVersion(tx, version);
      await access.audit.record(tx, ctx, {
        action: 'feature-view.created',
        object: { kind: 'feature_view', id },
        outcome: 'success',
        after: told(definition.name, 1, meaning),
        texts: { sql: definition.sql },
        details: { name: definition.name },
      });
    });
    return this.get(ctx, id);
  }

  async update(ctx: Context, id: string, { revision, ...definition }: Change): Promise<FeatureView> {
    const before = await this.#changeable(ctx, id);
    const { row, version } = before;
    const meaning = requireSound(await this.#definitions.inspect(ctx, definition));
    const isOther = definition.sql.trim() !== version.sql || !isDeepStrictEqual(meaning, version.meaning);
    const number = isOther ? row.number + 1 : row.number;
    const { platform, access } = this.#parts;
    const next = isOther
      ? await this.#version(ctx, { viewId: id, number }, definition.sql, meaning, new Date())
      : null;
    await platform.db.transaction(async (tx) => {
      await this.#requireFree(tx, ctx, definition.name, id);
      const { name, description, tags } = definition;
      if (!(await updateView(tx, ctx, { id, revision }, { name, description, tags, number }))) stale();
      if (next !== null) await insertVersion(tx, next);
      await access.audit.record(tx, ctx, {
        action: 'feature-view.changed',
        object: { kind: 'feature_view', id },
        outcome: 'success',
        before: told(row.name, row.number, version.meaning),
        after: told(name, number, meaning),
        texts: { sql: definition.sql },
        details: { name, version: number },
      });
    });
    return this.get(ctx, id);
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const { row } = await this.#changeable(ctx, id);
    const { platform, access } = this.#parts;
    await platform.db.transaction(async (tx) => {
      if (!(await updateView(tx, ctx, row, { deletedAt: new Date(), nextAt: null }))) stale();
      await deleteOnline(tx, ctx.actor.tenantId, id);
      await access.audit.record(tx, ctx, {
        action: 'feature-view.deleted',
        object: { kind: 'feature_view', id },
        outcome: 'success',
        details: { name: row.name },
      });
    });
  }

  async setSchedule(ctx: Context, id: string, schedule: Schedule): Promise<FeatureView> {
    const { row } = await this.#changeable(ctx, id);
    if (schedule !== null) {
      await this.requireWhole(ctx, id, 'storing its features');
      requireApart(schedule.cron, schedule.time_zone, nearestMinutes);
    }
    const { platform, access } = this.#parts;
    const change = {
      cron: schedule?.cron ?? null,
      timeZone: schedule?.time_zone ?? 'UTC',
      nextAt: schedule === null ? null : nextTime(schedule.cron, schedule.time_zone),
      scheduledBy: schedule === null ? null : ctx.actor.id,
    };
    await platform.db.transaction(async (tx) => {
      if (!(await updateView(tx, ctx, row, change))) stale();
      await access.audit.record(tx, ctx, {
        action: 'feature-view.changed',
        object: { kind: 'feature_view', id },
        outcome: 'success',
        before: { cron: row.cron, time_zone: row.timeZone },
        after: schedule,
        details: { name: row.name, fields: 'schedule' },
      });
    });
    return this.get(ctx, id);
  }

  async versions(ctx: Context, id: string, { limit, cursor }: Page) {
    await this.require(ctx, id);
    const rows = await listVersions(this.#parts.platform.db.sql, ctx, id, {
      before: readIdCursor('featureVersion', cursor),
      limit: limit + 1,
    });
    const opened = await this.#opened(ctx, rows);
    // An earlier version may have read what this one does not.
    const ids = opened.flatMap(({ meaning }) => meaning.dataset_ids);
    const seen = await this.#parts.data.tiles.see(ctx, ids);
    const shown = opened.slice(0, limit);
    const named = await this.#names(shown.map(({ createdBy }) => createdBy));
    return {
      items: shown
        .filter(({ meaning }) => meaning.dataset_ids.every((each) => seen.has(each)))
        .map((version) => versionDocument(version, named)),
      next_cursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
    };
  }

  async materialisations(ctx: Context, id: string, { limit, cursor }: Page) {
    await this.require(ctx, id);
    const rows = await listMaterialisations(this.#parts.platform.db.sql, ctx, id, {
      before: readIdCursor('featureMaterialisation', cursor),
      limit: limit + 1,
    });
    const page = rows.slice(0, limit);
    return {
      items: page.map(materialisationDocument),
      next_cursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
    };
  }

  async #changeable(ctx: Context, id: string): Promise<KnownView> {
    const known = await this.require(ctx, id);
    if (!mayChangeView(ctx, known.row))
      fail('FORBIDDEN', 'Its owner changes this feature view, or somebody who promotes models.');
    return known;
  }

  async #requireFree(tx: Sql, ctx: Context, name: string, own?: string): Promise<void> {
    const taken = await findViewByName(tx, ctx, name);
    if (taken !== null && taken.id !== own)
      fail('CONFLICT', `There is a feature view named "${name}" already. Choose another name.`, {
        field: 'name',
      });
  }

  async #version(
    ctx: Context,
    { viewId, number }: { viewId: string; number: number },
    sql: string,
    meaning: FeatureMeaning,
    createdAt: Date,
  ): Promise<StoredVersion> {
    const id = newId('featureVersion');
    const { tenantId, id: createdBy } = ctx.actor;
    const sealed = await this.#texts.seal(tenantId, id, { sql: sql.trim() });
    return { id, tenantId, viewId, number, ...sealed, meaning, createdBy, createdAt };
  }

  async #opened(ctx: Context, rows: readonly StoredVersion[]): Promise<VersionRow[]> {
    const opened = await this.#texts.openAll(ctx.actor.tenantId, rows, ({ id }) => id);
    return opened.map((row) => ({ ...row, sql: row.sql ?? '' }));
  }

  /** Those whose datasets the asker may all see, and their own. */
  async #known(ctx: Context, rows: readonly ViewRow[], number?: number): Promise<KnownView[]> {
    const { platform, data } = this.#parts;
    const wanted = rows.map((row) => ({ viewId: row.id, number: number ?? row.number }));
    const versions = await this.#opened(ctx, await findVersions(platform.db.sql, ctx, wanted));
    const seen = await data.tiles.see(
      ctx,
      versions.flatMap(({ meaning }) => meaning.dataset_ids),
    );
    const newest = await newestMaterialisations(
      platform.db.sql,
      ctx.actor.tenantId,
      rows.map(({ id }) => id),
    );
    return rows.flatMap((row): KnownView[] => {
      const version = versions.find(({ viewId }) => viewId === row.id);
      if (version === undefined) return [];
      const ids = [...new Set(version.meaning.dataset_ids)];
      const datasets = ids.flatMap((id) => seen.get(id) ?? []);
      if (datasets.length < ids.length && row.createdBy !== ctx.actor.id) return [];
      return [{ row, version, datasets, newest: newest.get(row.id) ?? null }];
    });
  }

  async #told(ctx: Context, known: readonly KnownView[]): Promise<FeatureView[]> {
    const named = await this.#names(known.map(({ row }) => row.createdBy));
    return known.map((each) => viewDocument(ctx, each, named));
  }

  async #names(ids: readonly string[]) {
    const names = await this.#parts.access.namesOfUsers([...new Set(ids)]);
    return (userId: string) => ({ user_id: userId, name: names.get(userId) ?? null });
  }
}

function requireSound({ meaning, problems }: InspectedDefinition): FeatureMeaning {
  const [first] = problems;
  if (meaning !== null) return meaning;
  return fail('UNPROCESSABLE', first?.message ?? 'The definition does not hold.', {
    field: first?.field ?? 'sql',
    problems,
  });
}

const told = (name: string, version: number, { key_types: _types, ...meaning }: FeatureMeaning) => ({
  name,
  version,
  ...meaning,
});

const notThere = (id: string): never =>
  fail('NOT_FOUND', 'There is no such feature view, or its datasets are not yours to see.', { view_id: id });

const stale = (): never =>
  fail('CONFLICT', 'Somebody changed this feature view meanwhile. Load it again and repeat your change.');
