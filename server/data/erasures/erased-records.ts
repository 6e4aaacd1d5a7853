import { StromaError } from '@stroma/kernel';
import { sql } from 'drizzle-orm';
import type { Access } from '../../access/index.ts';
import type { Sql } from '../../platform/db/database.ts';
import { datasetsChanged } from '../datasets/dataset-reads.ts';
import { invitationsTo, recordsQuoting, treatmentOf } from '../persons/person-records.store.ts';
import { mailTo } from '../persons/person-search.ts';
import { looseUploads } from '../persons/person-versions.store.ts';
import { quotedInObject } from '../persons/text-scan.ts';
import type { ErasureRun, ErasureRunParts } from './erasures.run.ts';
import { redactColumn, removeChallenges, removeUploads } from './erasures.store.ts';

/** Everything of a person that is no dataset version. */
export async function eraseRecords(
  run: ErasureRun,
  parts: ErasureRunParts,
  consents: Access['consents'],
): Promise<void> {
  const { tools, ctx, row, query } = parts;
  const { platform, members } = tools;
  const { sql: db } = platform.db;
  const { tenantId } = ctx.actor;
  const { identifiers } = query;

  const sources = new Set(run.progress.versions.map(({ source_sha256 }) => source_sha256));
  const files: string[] = [];
  for (const { id, objectKey, sha256 } of await looseUploads(db, tenantId)) {
    const isCopy = sha256 !== null && sources.has(sha256);
    if (isCopy || (await quotedInObject(platform.objects, objectKey ?? '', identifiers, ctx.signal)) === true)
      files.push(id);
  }
  await run.once('raw files', async (tx) => {
    run.progress.pending.push(...(await removeUploads(tx, tenantId, files)));
  });
  await run.disposePending();

  await run.once('derived', async (tx) => {
    for (const holder of tools.holders)
      for (const item of row.plan.derived.filter(({ kind }) => kind === holder.kind)) {
        await holder.treat(tx, ctx, item, row.id);
        run.treated({ kind: item.kind, id: item.id, treatment: item.treatment });
      }
    for (const { kind, id, treatment } of row.plan.derived)
      if (kind === 'anonymised_version' && treatment !== 'rewrite') run.treated({ kind, id, treatment });
  });

  if (row.decisions.consents === 'erase') {
    const given = await consents.of(tenantId, identifiers);
    await run.once('consents', async (tx) => {
      await consents.eraseSubjects(tx, ctx, given);
      run.progress.consents += given.all.length;
    });
  }
  const invitations = await invitationsTo(db, tenantId, identifiers);
  await run.once('invitations', async (tx) => {
    await removeChallenges(tx, tenantId, invitations);
    run.progress.invitations += invitations.length;
  });
  await run.disposeMail(await mailTo(platform, tenantId, identifiers));

  for (const userId of row.decisions.erase_accounts) {
    if (run.progress.done.includes(`account ${userId}`)) continue;
    try {
      await members.remove(ctx, userId);
    } catch (error) {
      if (!(error instanceof StromaError && error.code === 'NOT_FOUND')) throw error;
    }
    await run.once(`account ${userId}`, async (tx) => {
      run.progress.accounts.push(userId);
      await forgetFoundAccount(tx, tenantId, userId);
    });
  }

  await redactRecords(run, parts);
}

/** Words of the person go from every record that need not be kept as it is. */
async function redactRecords(run: ErasureRun, parts: ErasureRunParts): Promise<void> {
  const { tools, ctx, row, query } = parts;
  const { platform, caches } = tools;
  const { tenantId } = ctx.actor;
  if (run.progress.done.includes('records')) return;
  const { db, sealed } = platform;
  const { found } = await recordsQuoting(db.sql, sealed, tenantId, query.identifiers, ctx.signal);
  const redacted = found.filter(({ table, column }) => treatmentOf(table, column).treatment === 'redact');
  const opened = Map.groupBy(redacted, ({ table }) => table);
  await platform.provenance.prepare(tenantId);
  await run.once('records', async (tx) => {
    const count = (table: string, rows: number) => {
      const known = run.progress.records.find((each) => each.table === table);
      if (known === undefined) run.progress.records.push({ table, rows });
      else known.rows = Math.max(known.rows, rows);
    };
    for (const { table, column, type } of redacted)
      if (type !== undefined)
        count(table, await redactColumn(tx, tenantId, { table, column, type }, query.identifiers));
    for (const [table, columns] of opened) {
      const ids = [...new Set(columns.flatMap(({ ids = [] }) => ids))];
      if (ids.length === 0) continue;
      const redaction = { erasure_id: row.id, replace: run.replace };
      count(
        table,
        table === 'provenance_derivations'
          ? await platform.provenance.redact(tx, ctx, ids, redaction)
          : ((await sealed.get(table)?.replace(tx, tenantId, ids, run.replace)) ?? 0),
      );
    }
    await datasetsChanged(tx, tenantId);
    await caches.tell(tx, tenantId);
  });
}

/** What searches found of the account; its name and address stand there. */
async function forgetFoundAccount(tx: Sql, tenantId: string, userId: string): Promise<void> {
  await tx.execute(sql`
    update person_searches set findings = jsonb_set(findings, '{accounts}', coalesce(
      (select jsonb_agg(a) from jsonb_array_elements(findings->'accounts') a where a->>'user_id' <> ${userId}), '[]'))
    where tenant_id = ${tenantId} and findings is not null`);
}
