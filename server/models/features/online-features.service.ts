import { createHmac } from 'node:crypto';
import type { api, OnlineFeatures as OnlineDocument, OnlineFeature } from '@stroma/contracts';
import type { JsonValue } from '@stroma/kernel';
import { openDuckDb } from '@stroma/lake';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import { fail } from '../../platform/failure.ts';
import { type FeatureParts, type FeatureViews, lookupPurpose } from './feature-views.service.ts';
import {
  findOnline,
  findVersions,
  type StoredOnline,
  upsertOnline,
  type ViewRow,
} from './feature-views.store.ts';
import type { FeatureMeaning } from './features.tables.ts';
import { newestSql } from './point-in-time.ts';

type Asked = z.output<typeof api.features.online.body>;
type Key = string | number | boolean;

interface AskedView {
  row: ViewRow;
  meaning: FeatureMeaning;
  number: number;
  features: string[];
  idOf(entity: Readonly<Record<string, Key>>): string;
}

/** Entities of one view that are held online; those with the newest values. */
export const mostOnline = 100_000;
const page = 1000;

/** The newest values of entities, kept where they are found at once. */
export class OnlineFeatures {
  readonly #parts: FeatureParts;
  readonly #views: FeatureViews;
  readonly #texts: SealedTable<'entity' | 'values'>;

  constructor(parts: FeatureParts, views: FeatureViews) {
    this.#parts = parts;
    this.#views = views;
    this.#texts = parts.platform.sealed.know({ table: 'ml_online_features', columns: ['entity', 'values'] });
  }

  async read(ctx: Context, { views, entities }: Asked, now = new Date()): Promise<OnlineDocument> {
    const asked: AskedView[] = [];
    for (const each of views) asked.push(await this.#asked(ctx, each));
    for (const [at, entity] of entities.entries()) requireKeys(entity, at, asked);
    const ids = entities.map((entity) => asked.map((view) => view.idOf(entity)));
    const found = await this.#opened(ctx, ids.flat());
    return {
      items: entities.map((entity, at) => ({
        entity,
        values: asked.flatMap((view, of) => valuesOf(view, found.get(ids[at]?.[of] ?? ''), now)),
      })),
      asked_at: now.toISOString(),
    };
  }

  /** Takes over the newest of every entity from a materialised view. Answers how many it held there, and left out. */
  async fill(
    ctx: Context,
    row: ViewRow,
    number: number,
    meaning: FeatureMeaning,
    parquet: string,
  ): Promise<{ held: number; leftOut: number }> {
    const idOf = await this.#hashing(row, number);
    const { tenantId } = ctx.actor;
    await this.#texts.prepare(tenantId);
    using db = await openDuckDb({ memoryMb: 512, threads: 2, tempFolder: null });
    await db.run(
      `CREATE VIEW materialised AS SELECT * FROM read_parquet('${parquet.replaceAll("'", "''")}')`,
    );
    await db.run(
      `CREATE TEMP TABLE newest AS ${newestSql({
        table: 'materialised',
        keys: meaning.entity.keys.map((key) => ({ asked: key, key, asText: false })),
        eventTime: meaning.event_time,
        availableTime: meaning.available_time,
        features: meaning.features.map(({ name }) => ({ column: name, as: name })),
        numbers: new Set(meaning.features.flatMap(({ name, type }) => (type === 'number' ? [name] : []))),
      })}`,
    );
    const [all] = await db.row('SELECT count(*) FROM newest');
    const held = Math.min(Number(all), mostOnline);
    for (let from = 0; from < held; from += page) {
      ctx.signal.throwIfAborted();
      const to = Math.min(from + page, held);
      const rows = await db.rows(`SELECT * FROM newest WHERE rowid >= ${from} AND rowid < ${to}`);
      const sealed = await Promise.all(
        rows.map(async ([entity, eventUs, knownUs, values]): Promise<StoredOnline> => {
          const keys = (JSON.parse(String(entity)) as string[]).map((key, at) =>
            keyText(key, meaning.key_types[at]),
          );
          const id = idOf(keys);
          const texts = { entity: JSON.stringify(keys), values: String(values) };
          return {
            id,
            tenantId,
            viewId: row.id,
            number,
            eventUs: Number(eventUs),
            knownUs: Number(knownUs),
            ...(await this.#texts.seal(tenantId, id, texts)),
          };
        }),
      );
      await upsertOnline(this.#parts.platform.db.sql, sealed);
    }
    return { held, leftOut: Number(all) - held };
  }

  async #asked(ctx: Context, { view_id, features }: Asked['views'][number]): Promise<AskedView> {
    const known = await this.#views.requireWhole(ctx, view_id, 'its stored values');
    const { row, newest } = known;
    const number = newest?.number ?? row.number;
    const [version] =
      number === row.number
        ? [known.version]
        : await findVersions(this.#parts.platform.db.sql, ctx, [{ viewId: row.id, number }]);
    const { meaning } = version ?? known.version;
    const names = meaning.features.map(({ name }) => name);
    const other = features?.find((name) => !names.includes(name));
    if (other !== undefined)
      fail(
        'INVALID_INPUT',
        `"${row.name}" has no feature "${other.slice(0, 100)}". It has ${names.slice(0, 12).join(', ')}.`,
        {
          field: 'views',
        },
      );
    const hash = await this.#hashing(row, number);
    return {
      row,
      meaning,
      number,
      features: features ?? names,
      idOf: (entity) =>
        hash(meaning.entity.keys.map((key, at) => keyText(String(entity[key]), meaning.key_types[at]))),
    };
  }

  /** Which row an entity's values lie in; nobody without the view's key tells from it who the entity is. */
  async #hashing({ id, lookupKey }: ViewRow, number: number): Promise<(keys: readonly string[]) => string> {
    const key = Buffer.from(await this.#parts.platform.keys.decryptText(lookupKey, lookupPurpose, id), 'hex');
    return (keys) =>
      createHmac('sha256', key)
        .update(JSON.stringify([number, ...keys]))
        .digest('hex');
  }

  async #opened(ctx: Context, ids: readonly string[]) {
    const { tenantId } = ctx.actor;
    const rows = await findOnline(this.#parts.platform.db.sql, tenantId, ids);
    const opened = await this.#texts.openAll(tenantId, rows, ({ id }) => id);
    return new Map(opened.map((row) => [row.id, row]));
  }
}

/** One text for one key, however it is written: numbers lose what does not change them. */
const keyText = (text: string, type: string | undefined): string =>
  type === 'number' || type === 'integer' ? numberText(text) : text;

const numberText = (text: string): string => {
  const number = Number(text);
  return text.trim() === '' || !Number.isFinite(number) || Math.abs(number) > Number.MAX_SAFE_INTEGER
    ? text
    : String(number);
};

function requireKeys(entity: Readonly<Record<string, Key>>, at: number, views: readonly AskedView[]): void {
  for (const { row, meaning } of views) {
    const missing = meaning.entity.keys.find((key) => !Object.hasOwn(entity, key));
    if (missing !== undefined)
      fail('INVALID_INPUT', `Expected the key "${missing}" of "${row.name}" in entity ${at + 1}.`, {
        field: `entities.${at}`,
      });
  }
}

function valuesOf(
  { row, meaning, features }: AskedView,
  found: { eventUs: number; values: string | null } | undefined,
  now: Date,
): OnlineFeature[] {
  const values: Record<string, JsonValue> = found?.values == null ? {} : JSON.parse(found.values);
  const age = found === undefined ? null : now.getTime() / 1000 - found.eventUs / 1e6;
  const isStale = age !== null && meaning.ttl_seconds !== null && age > meaning.ttl_seconds;
  return features.map((feature) => {
    const value = values[feature] ?? null;
    const state = value === null ? 'missing' : isStale ? 'stale' : 'fresh';
    return {
      view_id: row.id,
      view: row.name,
      feature,
      value: isStale ? null : value,
      state,
      event_time: found === undefined ? null : new Date(Math.floor(found.eventUs / 1000)).toISOString(),
      age_seconds: age === null ? null : Math.round(age * 1000) / 1000,
    };
  });
}
