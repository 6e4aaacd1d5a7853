import type { PersonFindings, PersonQuery } from '@stroma/contracts';
import type { Access } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetWithVersion } from '../datasets/datasets.store.ts';
import { accountsOf, invitationsTo, recordsQuoting, treatmentOf } from './person-records.store.ts';
import { allVersions, looseUploads } from './person-versions.store.ts';
import { searchVersion, type VersionTools, whyNot } from './person-versions.ts';
import { heldOn } from './persons.store.ts';
import { quotedInObject } from './text-scan.ts';

export interface SearchTools extends VersionTools {
  platform: Platform;
  consents: Access['consents'];
}

/** Share of the progress that dataset versions take; records take the rest. */
const versionsShare = 0.8;

/** Looks everywhere for a person. What cannot be searched is named, never passed over. */
export async function searchEverywhere(
  tools: SearchTools,
  ctx: Context,
  query: PersonQuery,
  onProgress: (fraction: number, phase: string) => void,
): Promise<PersonFindings> {
  const { platform, consents } = tools;
  const { sql } = platform.db;
  const { tenantId } = ctx.actor;
  const { identifiers } = query;
  const versions = await allVersions(sql, tenantId);
  const lake = await searchLake(tools, ctx, query, versions, onProgress);
  onProgress(versionsShare, 'looking through files that became no dataset');
  const rawFiles: PersonFindings['raw_files'] = [];
  const tainted = new Set(lake.tainted.map(({ version }) => version.sourceSha256));
  for (const upload of await looseUploads(sql, tenantId)) {
    const { objectKey, fileName: name, id } = upload;
    const quoted =
      upload.sha256 !== null && tainted.has(upload.sha256)
        ? true
        : await quotedInObject(platform.objects, objectKey ?? '', identifiers, ctx.signal);
    if (quoted === true) rawFiles.push({ upload_id: id, file_name: name });
    if (quoted === null)
      lake.notSearched.push({ id, name, why: 'a packed file that became no dataset; look into it yourself' });
  }
  onProgress(0.9, 'looking through records');
  const records = await recordsQuoting(sql, platform.sealed, tenantId, identifiers, ctx.signal);
  const given = await consents.of(tenantId, identifiers);
  return {
    datasets: lake.datasets,
    raw_files: rawFiles,
    accounts: await accountFindings(tools, tenantId, identifiers),
    invitations: (await invitationsTo(sql, tenantId, identifiers)).length,
    consents: { all: given.all.length, in_force: given.in_force.length },
    mail: (await mailTo(platform, tenantId, identifiers)).length,
    store: records.found.map(({ table, column, rows }) => ({
      table,
      column,
      rows,
      treatment: treatmentOf(table, column).treatment,
    })),
    not_searched: lake.notSearched,
    searched: {
      datasets: new Set(versions.map(({ dataset }) => dataset.id)).size,
      versions: versions.length,
      rows: versions.reduce((sum, { version }) => sum + version.rows, 0),
      tables: records.tables,
    },
  };
}

async function searchLake(
  tools: SearchTools,
  ctx: Context,
  query: PersonQuery,
  versions: readonly DatasetWithVersion[],
  onProgress: (fraction: number, phase: string) => void,
) {
  const options = { signal: ctx.signal, caller: `privacy:${ctx.actor.id}` };
  const datasets = new Map<string, PersonFindings['datasets'][number]>();
  const notSearched: PersonFindings['not_searched'] = [];
  const tainted: DatasetWithVersion[] = [];
  for (const [index, each] of versions.entries()) {
    ctx.signal.throwIfAborted();
    const { dataset, version } = each;
    onProgress(
      (index / versions.length) * versionsShare,
      `searching version ${index + 1} of ${versions.length}`,
    );
    try {
      const found = await searchVersion(tools, each, query, options);
      if (found === null) continue;
      tainted.push(each);
      const known = datasets.get(dataset.id) ?? {
        dataset_id: dataset.id,
        name: dataset.name,
        deleted: dataset.deletedAt !== null,
        versions: [],
      };
      known.versions.push(found);
      datasets.set(dataset.id, known);
    } catch (error) {
      const why = whyNot(error);
      if (why === null) throw error;
      notSearched.push({ id: version.id, name: `${dataset.name}, version ${version.number}`, why });
    }
  }
  return { datasets: [...datasets.values()], notSearched, tainted };
}

async function accountFindings(
  { platform }: SearchTools,
  tenantId: string,
  identifiers: readonly string[],
): Promise<PersonFindings['accounts']> {
  const found: PersonFindings['accounts'] = [];
  for (const account of await accountsOf(platform.db.sql, tenantId, identifiers)) {
    const held = await heldOn(platform, tenantId, account.user_id);
    const sections = held?.sections ?? [];
    found.push({
      ...account,
      sections: sections
        .filter(({ rows }) => rows.length > 0)
        .map(({ name, about, rows }) => ({ name, about, rows: rows.length })),
    });
  }
  return found;
}

/** Ids of messages in the outbox that were written to one of the addresses. */
export async function mailTo(
  { mail }: Platform,
  tenantId: string,
  identifiers: readonly string[],
): Promise<string[]> {
  const addresses = new Set(identifiers.map((each) => each.trim().toLowerCase()));
  const ids: string[] = [];
  let before: string | null = null;
  for (;;) {
    const page = await mail.outbox(tenantId, 200, before);
    for (const { id, to } of page) if (addresses.has(to.trim().toLowerCase())) ids.push(id);
    const last = page.at(-1);
    if (last === undefined || page.length < 200) return ids;
    before = last.id;
  }
}
