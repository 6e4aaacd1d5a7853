import { and, eq, inArray } from 'drizzle-orm';
import type { Database } from '../../platform/db/database.ts';
import { queries } from '../queries/queries.tables.ts';
import type { DerivedHolder } from './derived-holders.ts';

const note =
  'Rows of a person were erased from what this was asked of: asked again, it may be answered otherwise.';

export const queryKind = 'query';

/** Questions and statements: their answers are not kept, so they stay, marked. */
export function derivedQueries(db: Database): DerivedHolder {
  return {
    kind: queryKind,
    prefix: 'qry_',
    async propose(ctx, made) {
      const ids = [...new Set(made.map(({ entity_id }) => entity_id))];
      if (ids.length === 0) return [];
      const rows = await db.sql
        .select({ id: queries.id, kind: queries.kind })
        .from(queries)
        .where(and(eq(queries.tenantId, ctx.actor.tenantId), inArray(queries.id, ids)));
      return rows.map(({ id, kind }) => ({
        kind: queryKind,
        id,
        label: kind === 'natural' ? 'a question' : 'a statement',
        treatment: 'mark',
        ground: null,
      }));
    },
    async treat(tx, ctx, { id }) {
      await tx
        .update(queries)
        .set({ note })
        .where(and(eq(queries.tenantId, ctx.actor.tenantId), eq(queries.id, id)));
    },
  };
}
