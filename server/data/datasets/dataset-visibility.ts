import { createHash } from 'node:crypto';
import {
  builtInRole,
  definitionOfRole,
  type Permission,
  roleAliases,
  type Sensitivity,
  sensitivities,
  type Visibility,
} from '@stroma/contracts';
import { isRestricted, type Restriction } from '@stroma/lake';
import type { SQL } from 'drizzle-orm';
import type { Access, Resources } from '../../access/index.ts';
import type { Actor, Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetRow, DatasetWithVersion, VersionRow } from './datasets.store.ts';
import { datasets } from './datasets.tables.ts';
import { columnsUnder, everything, type Reader, restrictionFor } from './restrictions.ts';
import { stableJson } from './version-identity.ts';

/** A dataset as one reader sees it: every row and value that is handed on goes through its restriction. */
export interface SeenDataset extends DatasetWithVersion {
  restriction: Restriction | null;
  /** Equal for readers who see the same of it; empty for all of it. */
  view: string;
  visibility: Visibility;
}

/** What readers see of datasets, by the rules kept with them. */
export class DatasetVisibility {
  readonly #keys: Pick<Platform, 'keys'>;
  readonly #opened = new Map<string, Promise<string>>();

  readonly #resources: Resources;
  readonly #breakGlass: Access['breakGlass'];

  constructor(platform: Pick<Platform, 'keys'>, resources: Resources, breakGlass: Access['breakGlass']) {
    this.#keys = platform;
    this.#resources = resources;
    this.#breakGlass = breakGlass;
  }

  /** Throws NOT_FOUND, FORBIDDEN. */
  async see(ctx: Context, found: DatasetWithVersion): Promise<SeenDataset> {
    await this.require(ctx, 'datasets:read', found.dataset);
    if (ctx.actor.scope?.emergency !== undefined) {
      const { id, name } = found.dataset;
      await this.#breakGlass.used(ctx, { kind: 'dataset', id, name });
      return whole(found);
    }
    return this.seeAs(readerOf(ctx.actor), found);
  }

  async seeAll(ctx: Context, found: readonly DatasetWithVersion[]): Promise<SeenDataset[]> {
    return Promise.all(found.map((each) => this.see(ctx, each)));
  }

  /**
   * Throws NOT_FOUND for a dataset too sensitive for the asker or out of their reach: that it exists is nothing they
   * should learn; FORBIDDEN where they may not do this one thing with it. Not inside a transaction.
   */
  async require(ctx: Context, permission: Permission, dataset: DatasetRow): Promise<void> {
    const { id, createdBy, sensitivity } = dataset;
    await this.#resources.require(ctx, permission, { id, ownerId: createdBy, sensitivity });
  }

  /** What rows of datasets the asker reaches; null for all. */
  reached(ctx: Context): Promise<SQL | null> {
    return this.#resources.visible(ctx.actor, 'datasets:read', {
      id: datasets.id,
      ownerId: datasets.createdBy,
    });
  }

  /** What the asker does not see of a dataset; asks for no permission and puts nothing on record. */
  async restrictionOf(ctx: Context, found: DatasetWithVersion): Promise<Restriction | null> {
    return (await this.partOf(ctx, found)).restriction;
  }

  /** As the asker sees it; asks for no permission and puts nothing on record. */
  async partOf({ actor }: Context, found: DatasetWithVersion): Promise<SeenDataset> {
    return actor.scope?.emergency === undefined ? this.seeAs(readerOf(actor), found) : whole(found);
  }

  async seeAs(reader: Reader, { dataset, version }: DatasetWithVersion): Promise<SeenDataset> {
    const restricted =
      dataset.rules.length === 0
        ? null
        : restrictionFor(dataset.rules, reader, await this.#pseudonymKey(dataset));
    if (restricted === null || !isRestricted(restricted.restriction)) return whole({ dataset, version });
    return part({ dataset, version }, restricted.restriction, restricted.visibility);
  }

  /**
   * An earlier version may hold columns that the present one, for which the rules were made, does not: nobody who sees
   * a part sees them.
   */
  withinPresent(seen: SeenDataset, present: VersionRow): SeenDataset {
    const { restriction, visibility, version } = seen;
    const known = new Set(present.columns.map(({ name }) => name));
    const besides = version.columns.map(({ name }) => name).filter((name) => !known.has(name));
    if (restriction === null || besides.length === 0) return seen;
    const hide = { kind: 'hide' } as const;
    return part(
      seen,
      {
        ...restriction,
        masks: { ...restriction.masks, ...Object.fromEntries(besides.map((name) => [name, hide])) },
      },
      {
        ...visibility,
        masks: [
          ...visibility.masks,
          ...besides.map((column) => ({
            column,
            mask: hide,
            reason: 'The present version, for which the rules were made, has no such column.',
          })),
        ],
      },
    );
  }

  async #pseudonymKey({ id, pseudonymKey }: DatasetRow): Promise<string | null> {
    if (pseudonymKey === null) return null;
    const known = this.#opened.get(pseudonymKey);
    if (known !== undefined) return known;
    const opening = this.#keys.keys
      .decrypt(Buffer.from(pseudonymKey, 'base64'), 'dataset-pseudonyms', id)
      .then((key) => Buffer.from(key).toString('hex'));
    this.#opened.set(pseudonymKey, opening);
    opening.catch(() => this.#opened.delete(pseudonymKey));
    const [oldest] = this.#opened.keys();
    if (this.#opened.size > 1000 && oldest !== undefined) this.#opened.delete(oldest);
    return opening;
  }
}

/** For what gives out bytes that no restriction can be applied to: raw files, rejected lines, reasons with examples. */
export function requireWhole({ restriction }: SeenDataset, what: string): void {
  if (restriction === null) return;
  fail(
    'FORBIDDEN',
    `You see a part of this dataset; ${what} would show the rest. Ask somebody who sees all of it.`,
    { restricted: true },
  );
}

/** What an actor may see at most: its own clearance, or that of its role. Stroma itself sees all. */
export function clearanceOf({ kind, role, scope }: Actor): Sensitivity {
  return kind === 'system' ? 'phi' : (scope?.clearance ?? definitionOfRole(role).clearance);
}

export const isWithin = (sensitivity: Sensitivity, clearance: Sensitivity): boolean =>
  sensitivities.indexOf(sensitivity) <= sensitivities.indexOf(clearance);

export const sensitivitiesWithin = (clearance: Sensitivity): Sensitivity[] =>
  sensitivities.filter((each) => isWithin(each, clearance));

/** A role, and what it is an alias of or has as aliases: a rule for one is for all. */
export function rolesNamed(role: string): string[] {
  const means = builtInRole(role);
  if (means === null) return [role];
  const aliases = Object.entries(roleAliases).flatMap(([alias, of]) => (of === means ? [alias] : []));
  // Who governs all organisations governs this one: a rule for administrators is for them too.
  return means === 'super_admin' ? [means, 'admin'] : [means, ...aliases];
}

function readerOf({ id, role, scope }: Actor): Reader {
  return { roles: rolesNamed(role), userId: id, sites: [...(scope?.sites ?? [])] };
}

const part = (
  { dataset, version }: DatasetWithVersion,
  restriction: Restriction,
  visibility: Visibility,
): SeenDataset => ({
  dataset,
  version: { ...version, columns: columnsUnder(version.columns, restriction) },
  restriction,
  view: createHash('sha256').update(stableJson(restriction)).digest('hex').slice(0, 32),
  visibility,
});

const whole = (found: DatasetWithVersion): SeenDataset => ({
  ...found,
  restriction: null,
  view: '',
  visibility: everything,
});
