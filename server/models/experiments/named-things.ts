import type { Permission } from '@stroma/contracts';
import type { SQL } from 'drizzle-orm';
import type { AuditEntry } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import type { ModelParts } from './run-documents.ts';

/** What somebody calls a thing and says of it. */
export interface Described {
  name: string;
  description: string;
  tags: Record<string, string>;
}

interface Change {
  name?: string | undefined;
  description?: string | undefined;
  tags?: Record<string, string | null> | undefined;
}

type Entry = Pick<AuditEntry, 'action' | 'before' | 'after'> & {
  id: string;
  details: NonNullable<AuditEntry['details']>;
};

/** Experiments and registered models alike: things with a name and an owner, changed on record. */
export class NamedThings {
  readonly #parts: ModelParts;
  readonly #kind: 'experiment' | 'model';

  constructor(parts: ModelParts, kind: 'experiment' | 'model') {
    this.#parts = parts;
    this.#kind = kind;
  }

  /** Throws NOT_FOUND for none and for one out of reach, FORBIDDEN where it may be seen but this may not be done. */
  async require<Row extends { id: string; createdBy: string }>(
    ctx: Context,
    permission: Permission,
    row: Row | null,
    asked: Record<string, string>,
  ): Promise<Row> {
    if (row === null) return this.notThere(asked);
    await this.#parts.access.resources.require(ctx, permission, { id: row.id, ownerId: row.createdBy });
    return row;
  }

  notThere(asked: Record<string, string>): never {
    return fail('NOT_FOUND', `There is no such ${this.#kind}.`, asked);
  }

  /** Which of them somebody may know of; null for all. */
  reached(
    ctx: Context,
    row: Parameters<ModelParts['access']['resources']['visible']>[2],
  ): Promise<SQL | null> {
    return this.#parts.access.resources.visible(ctx.actor, 'models:read', row);
  }

  /** What is written is on the audit trail, or neither is there. */
  async write(ctx: Context, { id, ...entry }: Entry, change: (tx: Sql) => Promise<unknown>): Promise<void> {
    const { platform, access } = this.#parts;
    await platform.db.transaction(async (tx) => {
      await change(tx);
      await access.audit.record(tx, ctx, {
        ...entry,
        object: { kind: this.#kind, id },
        outcome: 'success',
      });
    });
  }
}

export const describedAs = ({ name, description, tags }: Described): Described => ({
  name,
  description,
  tags,
});

/** What is not given stays. */
export const changedTo = (before: Described, change: Change): Described => ({
  name: change.name ?? before.name,
  description: change.description ?? before.description,
  tags: withTags(before.tags, change.tags ?? {}),
});

/** Null takes a tag away. */
export function withTags(
  before: Record<string, string>,
  changes: Record<string, string | null>,
): Record<string, string> {
  const all = new Map(Object.entries(before));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) all.delete(key);
    else all.set(key, value);
  }
  if (all.size > 500) fail('INVALID_INPUT', 'Expected at most 500 tags.', { field: 'tags' });
  return Object.fromEntries(all);
}
