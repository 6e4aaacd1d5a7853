import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { tellAccessChange } from './access-changes.ts';
import { findAttributes, replaceAttributes } from './resources.store.ts';

/**
 * What narrows the things something new was made from narrows it too, in the transaction that makes it. Throws
 * UNPROCESSABLE where they are narrowed each in its own way: nobody could say then who may see it.
 */
export async function inheritAttributes(
  tx: Sql,
  ctx: Context,
  id: string,
  from: readonly string[],
): Promise<void> {
  const { tenantId } = ctx.actor;
  const ways = new Map<string, Parameters<typeof replaceAttributes>[3]>();
  for (const source of from) {
    const { projects, ...rest } = await findAttributes(tx, tenantId, source);
    const way = { ...rest, projects: projects.map((project) => project.id).sort() };
    const isOpen = way.site === null && way.opensAt === null && way.closesAt === null;
    if (isOpen && way.purposes.length === 0 && way.projects.length === 0) continue;
    ways.set(JSON.stringify(way), way);
  }
  const [only, other] = ways.values();
  if (only === undefined) return;
  if (other !== undefined)
    fail(
      'UNPROCESSABLE',
      'The datasets it is made from belong to different projects, sites, purposes or times. Put them into the same first.',
    );
  await replaceAttributes(tx, tenantId, id, only);
  await tellAccessChange(tx, { tenant: tenantId, resource: id });
}
