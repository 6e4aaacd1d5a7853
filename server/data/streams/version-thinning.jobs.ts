import type { Access, Audit } from '../../access/index.ts';
import { acrossTenants, withinTenant } from '../../platform/db/tenant-scope.ts';
import type { JobDefinition } from '../../platform/jobs/job-types.ts';
import type { Platform } from '../../platform/platform.ts';
import { systemContext } from '../../platform/system-actor.ts';
import type { VersionRow } from '../datasets/datasets.store.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import { isLetGo } from '../datasets/version-parts.ts';
import { everyTopic, type TopicRow } from './topics.store.ts';
import {
  type GrownDataset,
  grownDataset,
  markGone,
  markLetGo,
  versionsInUse,
} from './version-thinning.store.ts';
import { versionsToThin } from './version-thinning.ts';

export interface ThinningParts {
  platform: Platform;
  audit: Audit;
  documents: LakeDocuments;
  retention: Pick<Access['retention'], 'holdsOf'>;
}

export const thinningKind = 'streams.thin-versions';

/** Lets go of the rows of old versions that topics landed and that nothing rests on. */
export function thinVersionsJob(parts: ThinningParts): JobDefinition<object> {
  return {
    kind: thinningKind,
    title: () => 'Letting go of old versions of topics’ datasets',
    cron: '41 * * * *',
    timeoutSeconds: 3600,
    retries: 1,
    concurrency: 1,
    async run(_input, ctx) {
      const { db } = parts.platform;
      const rows = await acrossTenants('topics of every organisation are thinned', () => everyTopic(db));
      let thinned = 0;
      for (const row of rows) {
        ctx.signal.throwIfAborted();
        thinned += await withinTenant(row.tenantId, () => thinTopic(parts, row, new Date()));
      }
      return { result: { thinned } };
    },
  };
}

/** How many versions went. Whoever dies in between leaves files of versions that are marked; the next look removes them. */
export async function thinTopic(parts: ThinningParts, row: TopicRow, now: Date): Promise<number> {
  const { platform } = parts;
  const { tenantId } = row;
  const found = await grownDataset(platform.db.sql, tenantId, row.datasetId);
  if (found === null || (await isHeld(parts, row, found))) return 0;
  const thinned = await mark(parts, row, found, now);
  const gone = new Set(thinned);
  const versions = found.versions.map((version) =>
    gone.has(version.id) ? { ...version, format: 'let_go' } : version,
  );
  const left = versions.filter(isLetGo);
  if (left.length > 0) await removeFiles(parts, versions, left);
  return thinned.length;
}

async function isHeld(
  { retention }: ThinningParts,
  row: TopicRow,
  { createdBy }: GrownDataset,
): Promise<boolean> {
  const { everything, datasets, persons } = await retention.holdsOf(row.tenantId);
  return everything || datasets.includes(row.datasetId) || persons.includes(createdBy);
}

async function mark(
  { platform, audit }: ThinningParts,
  { tenantId, datasetId, name, id }: TopicRow,
  { versions, currentVersionId }: GrownDataset,
  now: Date,
): Promise<string[]> {
  const landed = versions.filter(({ format }) => format === 'stream');
  const old = versionsToThin(landed, now).filter((version) => version.id !== currentVersionId);
  if (old.length === 0) return [];
  return platform.db.transaction(async (tx) => {
    const used = await versionsInUse(
      tx,
      tenantId,
      old.map((version) => version.id),
    );
    const going = old.filter((version) => !used.has(version.id));
    if (going.length === 0) return [];
    const marked = await markLetGo(
      tx,
      tenantId,
      going.map((version) => version.id),
    );
    await audit.record(tx, systemContext(platform.log, tenantId), {
      action: 'dataset.versions-thinned',
      object: { kind: 'dataset', id: datasetId },
      outcome: 'success',
      details: {
        topic_id: id,
        name,
        versions: marked.length,
        first: going[0]?.number ?? 0,
        last: going.at(-1)?.number ?? 0,
      },
    });
    return marked;
  });
}

async function removeFiles(
  { platform, documents }: ThinningParts,
  versions: readonly VersionRow[],
  left: readonly VersionRow[],
): Promise<void> {
  const { objects, db } = platform;
  const shared = new Set<string>();
  for (const version of versions)
    if (version.format === 'stream')
      for (const { key } of (await documents.get(version, 'parts.json')).parts) shared.add(key);
  for (const { id, tenantId, lakePrefix } of left) {
    // All its rows in one file: made when somebody asked for it, and nobody else’s.
    await objects.delete(`${lakePrefix}/data.parquet`);
    if (shared.has(`${lakePrefix}/part.parquet`)) continue;
    const keys: string[] = [];
    for await (const key of objects.list(`${lakePrefix}/`)) keys.push(key);
    for (const key of keys) await objects.delete(key);
    await markGone(db.sql, tenantId, id);
  }
}
