import { and, eq, inArray, sql } from 'drizzle-orm';
import { rowsOf, type Sql } from '../db/database.ts';
import { provenanceDerivations as derivations, provenanceLinks as links } from './provenance.tables.ts';

/** As it lies in the store: its document is sealed, or in clear still. */
export type StoredDerivation = typeof derivations.$inferSelect;
export type DerivationRow = Omit<StoredDerivation, 'document' | 'sealed'> & { document: string };

export interface NewDerivation {
  row: Omit<StoredDerivation, 'recordedAt'>;
  inputIds: string[];
  outputIds: string[];
}

export async function insertDerivation(tx: Sql, { row, inputIds, outputIds }: NewDerivation): Promise<void> {
  const linked = (role: 'input' | 'output', ids: string[]) =>
    [...new Set(ids)].map((entityId, position) => ({
      tenantId: row.tenantId,
      derivationId: row.id,
      role,
      entityId,
      position,
    }));
  await tx.insert(derivations).values(row);
  const rows = [...linked('input', inputIds), ...linked('output', outputIds)];
  if (rows.length > 0) await tx.insert(links).values(rows);
}

/** For each entity the chain hash of the latest derivation that made it; entities nothing made are absent. */
export async function latestMakers(
  tx: Sql,
  tenantId: string,
  entityIds: string[],
): Promise<Map<string, string>> {
  if (entityIds.length === 0) return new Map();
  const rows = await tx
    .selectDistinctOn([links.entityId], { entityId: links.entityId, chainSha256: derivations.chainSha256 })
    .from(links)
    .innerJoin(derivations, eq(derivations.id, links.derivationId))
    .where(and(eq(links.tenantId, tenantId), eq(links.role, 'output'), inArray(links.entityId, entityIds)))
    .orderBy(links.entityId, sql`${links.derivationId} desc`);
  return new Map(rows.map((row) => [row.entityId, row.chainSha256]));
}

/** Derivations that made an entity, or that is what the id names. */
export async function startingPoints(database: Sql, tenantId: string, id: string): Promise<string[]> {
  const named = await database
    .select({ id: derivations.id })
    .from(derivations)
    .where(and(eq(derivations.tenantId, tenantId), eq(derivations.id, id)));
  if (named.length > 0) return named.map((row) => row.id);
  const makers = await database
    .select({ id: links.derivationId })
    .from(links)
    .where(and(eq(links.tenantId, tenantId), eq(links.role, 'output'), eq(links.entityId, id)))
    .orderBy(sql`${links.derivationId} desc`)
    .limit(50);
  return makers.map((row) => row.id);
}

/** What a derivation used and made, as the links tell it. */
export async function linksOf(
  database: Sql,
  tenantId: string,
  derivationId: string,
): Promise<{ role: 'input' | 'output'; entityId: string }[]> {
  return database
    .select({ role: links.role, entityId: links.entityId })
    .from(links)
    .where(and(eq(links.tenantId, tenantId), eq(links.derivationId, derivationId)))
    .orderBy(links.role, links.position);
}

/** One derivation that used an entity, which tells what the entity is. */
export async function oneUser(
  database: Sql,
  tenantId: string,
  entityId: string,
): Promise<StoredDerivation | null> {
  const [row] = await database
    .select({ derivation: derivations })
    .from(links)
    .innerJoin(derivations, eq(derivations.id, links.derivationId))
    .where(and(eq(links.tenantId, tenantId), eq(links.role, 'input'), eq(links.entityId, entityId)))
    .limit(1);
  return row?.derivation ?? null;
}

/** The given derivations and everything that made what they used, nearest first, at most `limit`. */
export async function upstream(
  database: Sql,
  tenantId: string,
  from: string[],
  bounds: { depth: number; limit: number },
): Promise<{ row: StoredDerivation; depth: number }[]> {
  if (from.length === 0) return [];
  const starts = sql.join(
    from.map((id) => sql`(${id}::text)`),
    sql`, `,
  );
  const reached = database
    .$with('reached', {
      id: sql<string>`reached_id`.as('reached_id'),
      depth: sql<number>`distance`.as('distance'),
    })
    .as(
      sql`
    with recursive walk(id, depth) as (
      select id, 0 from (values ${starts}) as start(id)
      union
      select made.derivation_id, walk.depth + 1
      from walk
      join ${links} used on used.derivation_id = walk.id and used.role = 'input' and used.tenant_id = ${tenantId}
      join ${links} made on made.entity_id = used.entity_id and made.role = 'output' and made.tenant_id = ${tenantId}
      where walk.depth < ${bounds.depth}
    )
    select id as reached_id, min(depth) as distance from walk group by id`,
    );
  return await database
    .with(reached)
    .select({ row: derivations, depth: reached.depth })
    .from(derivations)
    .innerJoin(reached, eq(reached.id, derivations.id))
    .where(eq(derivations.tenantId, tenantId))
    .orderBy(reached.depth, derivations.id)
    .limit(bounds.limit);
}

export async function findDerivations(
  database: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<StoredDerivation[]> {
  if (ids.length === 0) return [];
  return database
    .select()
    .from(derivations)
    .where(and(eq(derivations.tenantId, tenantId), inArray(derivations.id, [...ids])));
}

/** The chain hash stays: it is what later derivations hold of this one. */
export async function replaceDocument(
  tx: Sql,
  row: Pick<StoredDerivation, 'id' | 'tenantId' | 'document' | 'sealed' | 'signature' | 'keyId'>,
): Promise<void> {
  const { document, sealed, signature, keyId } = row;
  await tx
    .update(derivations)
    .set({ document, sealed, signature, keyId })
    .where(and(eq(derivations.tenantId, row.tenantId), eq(derivations.id, row.id)));
}

/** Entities made from the given ones, directly or through others, with the derivation that made each. */
export async function downstream(
  database: Sql,
  tenantId: string,
  from: readonly string[],
  limit: number,
): Promise<{ entity_id: string; derivation_id: string }[]> {
  if (from.length === 0) return [];
  const result = await database.execute(sql`
    with recursive walk(entity_id, derivation_id) as (
      select made.entity_id, made.derivation_id from ${links} used
      join ${links} made on made.derivation_id = used.derivation_id and made.role = 'output'
      where used.tenant_id = ${tenantId} and used.role = 'input'
        and used.entity_id in (select jsonb_array_elements_text(${JSON.stringify(from)}::jsonb))
      union
      select made.entity_id, made.derivation_id from walk
      join ${links} used on used.entity_id = walk.entity_id and used.role = 'input' and used.tenant_id = ${tenantId}
      join ${links} made on made.derivation_id = used.derivation_id and made.role = 'output'
    )
    select entity_id, derivation_id from walk order by 1, 2 limit ${limit}`);
  return rowsOf(result);
}

/** Removes derivations from whose outputs nothing else was made; the others stay, and lead back as before. */
export async function forgetDerivations(tx: Sql, tenantId: string, ids: readonly string[]): Promise<void> {
  const unused = rowsOf<{ id: string }>(
    await tx.execute(sql`
      select d.id from provenance_derivations d
      where d.tenant_id = ${tenantId} and d.id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))
        and not exists (
          select from provenance_links made join provenance_links used
            on used.tenant_id = made.tenant_id and used.entity_id = made.entity_id and used.role = 'input'
          where made.derivation_id = d.id and made.role = 'output')`),
  ).map(({ id }) => id);
  if (unused.length === 0) return;
  await tx.delete(links).where(and(eq(links.tenantId, tenantId), inArray(links.derivationId, unused)));
  await tx
    .delete(derivations)
    .where(and(eq(derivations.tenantId, tenantId), inArray(derivations.id, unused)));
}
