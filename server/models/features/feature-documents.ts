import type { FeatureMaterialisation, FeatureView, FeatureViewVersion } from '@stroma/contracts';
import type { TileDataset } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import type { MaterialisationRow, VersionRow, ViewRow } from './feature-views.store.ts';
import type { FeatureMeaning } from './features.tables.ts';

export type Named = (userId: string) => { user_id: string; name: string | null };

export interface KnownView {
  row: ViewRow;
  version: VersionRow;
  /** Those of its datasets that the asker may know of. */
  datasets: TileDataset[];
  newest: MaterialisationRow | null;
}

export const seesAll = ({ version, datasets }: Pick<KnownView, 'version' | 'datasets'>): boolean =>
  datasets.length === new Set(version.meaning.dataset_ids).size &&
  datasets.every(({ restricted }) => !restricted);

/** The versions it would be materialised from now, where they are not those of the newest materialisation. */
export function isBehind({ row, datasets, newest }: KnownView): boolean {
  if (newest === null || newest.number !== row.number) return true;
  const read = new Set(newest.inputs.map(({ version_id }) => version_id));
  return datasets.some(({ version_id }) => !read.has(version_id));
}

export function viewDocument(ctx: Context, known: KnownView, named: Named): FeatureView {
  const { row, version, datasets, newest } = known;
  const mayChange = mayChangeView(ctx, row);
  return {
    view_id: row.id,
    name: row.name,
    description: row.description,
    tags: row.tags,
    ...meaningDocument(version),
    datasets: datasets.map(({ dataset_id, name, table_name }) => ({ dataset_id, name, table_name })),
    version: row.number,
    revision: row.revision,
    owner: named(row.createdBy),
    schedule: row.cron === null ? null : { cron: row.cron, time_zone: row.timeZone },
    next_at: row.nextAt?.toISOString() ?? null,
    freshness: newest === null ? 'never' : isBehind(known) ? 'behind' : 'fresh',
    newest: newest === null ? null : materialisationDocument(newest),
    offline_dataset_id: row.offlineDatasetId,
    sees_all: seesAll(known),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    may_change: mayChange,
    why_not: mayChange
      ? null
      : ctx.actor.permissions.has('models:write')
        ? 'Its owner changes it, or somebody who promotes models.'
        : 'Your role does not define features.',
  };
}

export const mayChangeView = ({ actor }: Context, { createdBy }: ViewRow): boolean =>
  actor.permissions.has('models:write') &&
  (createdBy === actor.id || actor.permissions.has('models:promote'));

function meaningDocument({ sql, meaning }: VersionRow): Omit<FeatureMeaning, 'key_types'> & { sql: string } {
  const { key_types: _types, ...rest } = meaning;
  return { ...rest, sql };
}

export const versionDocument = (version: VersionRow, named: Named): FeatureViewVersion => ({
  version: version.number,
  ...meaningDocument(version),
  created_by: named(version.createdBy),
  created_at: version.createdAt.toISOString(),
});

export const materialisationDocument = (row: MaterialisationRow): FeatureMaterialisation => ({
  materialisation_id: row.id,
  version: row.number,
  status: row.status,
  job_id: row.jobId,
  scheduled: row.scheduled,
  inputs: row.inputs,
  rows: row.rows,
  entities: row.entities,
  tied_rows: row.tiedRows,
  online_rows: row.onlineRows,
  online_left_out: row.onlineLeftOut,
  dataset_id: row.datasetId,
  dataset_version_id: row.versionId,
  first_event_at: row.firstEventAt?.toISOString() ?? null,
  last_event_at: row.lastEventAt?.toISOString() ?? null,
  provenance_id: row.provenanceId,
  error: row.error,
  started_at: row.startedAt.toISOString(),
  ended_at: row.endedAt.toISOString(),
});
