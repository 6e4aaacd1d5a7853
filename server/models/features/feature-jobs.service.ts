import type { api, Feature } from '@stroma/contracts';
import type { ColumnType } from '@stroma/kernel';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { TileDataset } from '../../data/index.ts';
import { actingContext } from '../../platform/acting-context.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { nextOrNone } from '../../platform/jobs/cron-times.ts';
import { sendDue } from '../../platform/jobs/due-work.ts';
import { isBehind, type KnownView, mayChangeView, seesAll } from './feature-documents.ts';
import type { FeatureParts, FeatureViews } from './feature-views.service.ts';
import { dueViews, lockDueView, noteView, type ViewRow } from './feature-views.store.ts';
import type { JoinedView } from './point-in-time.ts';

export type JoinWish = z.output<typeof api.features.join.body>;

export const materialiseKind = 'features.materialise';
export const joinKind = 'features.join';

export interface MaterialiseInput {
  view_id: string;
  scheduled: boolean;
  /** Of the view, for the title. */
  view: string;
}

/** A join whose columns are known to be there. */
export interface PlannedJoin {
  asked: TileDataset;
  views: { known: KnownView; features: readonly Feature[]; joined: JoinedView }[];
}

/** Materialisations and joins: what is asked for, what may be, and what is due. */
export class FeatureJobs {
  readonly #parts: FeatureParts;
  readonly #views: FeatureViews;

  constructor(parts: FeatureParts, views: FeatureViews) {
    this.#parts = parts;
    this.#views = views;
  }

  async materialise(ctx: Context, id: string): Promise<string> {
    const { row } = await this.#views.requireWhole(ctx, id, 'storing its features');
    if (!mayChangeView(ctx, row))
      fail('FORBIDDEN', 'Its owner has this feature view materialised, or somebody who promotes models.');
    const input: MaterialiseInput = { view_id: id, scheduled: false, view: row.name };
    return this.#parts.platform.jobs.send(ctx, materialiseKind, input);
  }

  async join(ctx: Context, wish: JoinWish): Promise<string> {
    if (!ctx.actor.permissions.has('datasets:write'))
      fail('FORBIDDEN', 'A training dataset is a new dataset; making one needs datasets:write.', {
        permission: 'datasets:write',
      });
    await this.plan(ctx, wish);
    return this.#parts.platform.jobs.send(ctx, joinKind, wish);
  }

  /** Throws for what cannot be joined, with what to do about it. */
  async plan(ctx: Context, wish: JoinWish): Promise<PlannedJoin> {
    const { tiles, derived } = this.#parts.data;
    const asked =
      (await tiles.see(ctx, [wish.dataset_id])).get(wish.dataset_id) ??
      fail('NOT_FOUND', 'There is no such dataset.', { dataset_id: wish.dataset_id });
    derived.requireWhole([asked], 'joining features to it');
    const time = columnOf(asked, wish.time_column, 'time_column');
    if (time !== 'date' && time !== 'timestamp')
      fail('INVALID_INPUT', `"${wish.time_column}" is ${time}; expected a date or a timestamp.`, {
        field: 'time_column',
      });
    const taken = new Set(asked.columns.map(({ name }) => name.toLowerCase()));
    const views: PlannedJoin['views'] = [];
    for (const [at, each] of wish.views.entries()) {
      const known = await this.#views.require(ctx, each.view_id, each.version);
      if (!seesAll(known))
        fail(
          'FORBIDDEN',
          `You see a part of the datasets of "${known.row.name}"; a dataset made of them would be taken for the whole.`,
          {
            restricted: true,
          },
        );
      const features = chosenFeatures(known, each.features, `views.${at}.features`);
      const named = features.map(({ name }) => ({
        column: name,
        as: wish.full_names ? `${known.row.name}__${name}` : name,
      }));
      for (const { as } of named) {
        if (taken.has(as.toLowerCase()))
          fail(
            'INVALID_INPUT',
            `There would be two columns named "${as}". Ask for full names, or leave one out.`,
            { field: `views.${at}` },
          );
        taken.add(as.toLowerCase());
      }
      views.push({ known, features, joined: this.#joined(asked, wish, known, named, at) });
    }
    return { asked, views };
  }

  #joined(
    asked: TileDataset,
    { keys }: JoinWish,
    { row, version }: KnownView,
    features: JoinedView['features'],
    at: number,
  ): JoinedView {
    const { meaning } = version;
    return {
      table: `view ${at}`,
      keys: meaning.entity.keys.map((key, each) => {
        const column = Object.hasOwn(keys, key) ? (keys[key] ?? key) : key;
        const type = asked.columns.find(({ name }) => name === column)?.type;
        if (type === undefined)
          return fail(
            'INVALID_INPUT',
            `"${asked.name}" has no column "${column.slice(0, 100)}", which would hold the key "${key}" of "${row.name}". Say which column does.`,
            { field: `keys.${key}` },
          );
        return { asked: column, key, asText: !isComparable(type, meaning.key_types[each]) };
      }),
      eventTime: meaning.event_time,
      availableTime: meaning.available_time,
      ttlSeconds: meaning.ttl_seconds,
      features,
    };
  }

  /** Sends off what is due and has something new to read, of every tenant; one that fails holds no other up. */
  sweep(log: Logger, now = new Date()): Promise<number> {
    return sendDue({
      due: (limit) => dueViews(this.#parts.platform.db.sql, now, limit),
      send: (row) => this.#sendDue(log, row, now),
      failed: (row, err) => log.error({ err, view: row.id }, 'a feature view could not be sent off'),
    });
  }

  async #sendDue(log: Logger, row: ViewRow, now: Date): Promise<boolean> {
    const { platform, access } = this.#parts;
    const { tenantId, id, name } = row;
    const owner = await access.people.actor(tenantId, row.scheduledBy ?? row.createdBy);
    const ctx = owner === null ? null : actingContext(owner, log);
    const hasNews = ctx !== null && isBehind(await this.#views.require(ctx, id));
    const nextAt = row.cron === null ? null : nextOrNone(row.cron, row.timeZone, now);
    return platform.db.transaction(async (tx) => {
      if (!(await lockDueView(tx, id, now))) return false;
      // Of whoever scheduled it and is gone, nobody's rights are left to read with.
      await noteView(tx, tenantId, id, { nextAt: ctx === null ? null : nextAt });
      if (ctx === null || !hasNews) return false;
      const input: MaterialiseInput = { view_id: id, scheduled: true, view: name };
      await platform.jobs.send(ctx, materialiseKind, input, { tx });
      return true;
    });
  }
}

function columnOf(dataset: TileDataset, name: string, field: string): ColumnType {
  const found = dataset.columns.find((column) => column.name === name);
  return (
    found?.type ??
    fail('INVALID_INPUT', `"${dataset.name}" has no column "${name.slice(0, 100)}".`, { field })
  );
}

const isNumeric = (type: string | undefined): boolean => type === 'integer' || type === 'number';

const isComparable = (asked: string, key: string | undefined): boolean =>
  asked === key || (isNumeric(asked) && isNumeric(key));

function chosenFeatures(
  { row, version }: KnownView,
  wanted: readonly string[] | undefined,
  field: string,
): Feature[] {
  const { features } = version.meaning;
  if (wanted === undefined) return features;
  return [...new Set(wanted)].map(
    (name) =>
      features.find((feature) => feature.name === name) ??
      fail(
        'INVALID_INPUT',
        `"${row.name}" has no feature "${name.slice(0, 100)}". It has ${features
          .slice(0, 12)
          .map((each) => each.name)
          .join(', ')}.`,
        { field },
      ),
  );
}
