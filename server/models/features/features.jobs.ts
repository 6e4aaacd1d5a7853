import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureInput } from '@stroma/contracts';
import { openDuckDb, quoteIdentifier as q, quoteLiteral } from '@stroma/lake';
import type { TileDataset } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { newId } from '../../platform/ids.ts';
import type { JobDefinition, JobOutcome, RunningJob } from '../../platform/jobs/job-types.ts';
import { selectText } from './feature-definitions.ts';
import {
  type FeatureJobs,
  type JoinWish,
  joinKind,
  type MaterialiseInput,
  materialiseKind,
} from './feature-jobs.service.ts';
import type { FeatureParts, FeatureViews } from './feature-views.service.ts';
import {
  deleteOnline,
  findViews,
  insertMaterialisation,
  type MaterialisationRow,
  noteView,
  type VersionRow,
} from './feature-views.store.ts';
import type { FeatureMeaning } from './features.tables.ts';
import type { OnlineFeatures } from './online-features.service.ts';
import { pointInTimeSql } from './point-in-time.ts';

export interface FeatureWalls {
  parts: FeatureParts;
  views: FeatureViews;
  jobs: FeatureJobs;
  online: OnlineFeatures;
}

/** What a view says of the columns it keeps, in an order that makes equal contents equal files. */
function storedSql({ sql, meaning }: VersionRow): string {
  const { entity, event_time, available_time, features } = meaning;
  const columns = [
    ...new Set([
      ...entity.keys,
      event_time,
      ...(available_time === null ? [] : [available_time]),
      ...features.map(({ name }) => name),
    ]),
  ].map(q);
  return `SELECT ${columns.join(', ')} FROM (\n${selectText(sql)}\n) ORDER BY ALL`;
}

const inputsOf = (datasets: readonly TileDataset[]): FeatureInput[] =>
  datasets.map(({ dataset_id, name, version_id, number, seen }) => ({
    dataset_id,
    name,
    version_id,
    number,
    content_sha256: seen.version.contentSha256,
  }));

/** Writes a view into the lake as a dataset's next version, and the newest of each entity into the online store. */
export function materialiseJob(walls: FeatureWalls): JobDefinition<MaterialiseInput> {
  const { platform, access } = walls.parts;
  return {
    kind: materialiseKind,
    title: ({ view }) => `Materialising ${view}`,
    timeoutSeconds: 3600,
    retries: 1,
    concurrency: 1,
    run: (input, ctx, job) =>
      withFolder(platform.scratchFolder, (folder) => materialise(walls, input, ctx, job, folder)),
    async onFailed({ view_id, scheduled }, ctx, job, error, tx) {
      const [row] = await findViews(tx, ctx, [view_id]);
      if (row === undefined) return;
      const now = new Date();
      await insertMaterialisation(tx, {
        ...nothing,
        id: newId('featureMaterialisation'),
        tenantId: ctx.actor.tenantId,
        viewId: view_id,
        number: row.number,
        status: 'failed',
        jobId: job.jobId,
        scheduled,
        inputs: [],
        error: { code: error.code, message: error.message },
        startedAt: now,
        endedAt: now,
      });
      await access.audit.record(tx, ctx, {
        action: 'feature-view.failed',
        object: { kind: 'feature_view', id: view_id },
        outcome: 'failure',
        details: { code: error.code },
      });
    },
  };
}

const nothing = {
  rows: 0,
  entities: 0,
  tiedRows: 0,
  onlineRows: 0,
  onlineLeftOut: 0,
  datasetId: null,
  versionId: null,
  firstEventAt: null,
  lastEventAt: null,
  provenanceId: null,
  error: null,
};

async function materialise(
  { parts, views, online }: FeatureWalls,
  { view_id, scheduled }: MaterialiseInput,
  ctx: Context,
  job: RunningJob,
  folder: string,
): Promise<JobOutcome> {
  const startedAt = new Date();
  const { platform, access, data } = parts;
  const { row, version, datasets } = await views.requireWhole(ctx, view_id, 'storing its features');
  const { meaning } = version;
  const parquet = join(folder, 'features.parquet');
  job.progress(0.05, 'computing');
  await data.derived.write(ctx, [{ sql: storedSql(version), datasets, target: parquet }]);
  job.progress(0.4, 'reading');
  const facts = await countStored(parquet, meaning);
  const isThere =
    row.offlineDatasetId !== null && (await data.tiles.see(ctx, [row.offlineDatasetId])).size > 0;
  const id = newId('featureMaterialisation');
  const stored = await data.derived.store(ctx, job, {
    parquet,
    datasetId: isThere ? row.offlineDatasetId : null,
    name: `Features: ${row.name}`,
    fileName: `${row.name}.parquet`,
    description: `Features of ${meaning.entity.name}, from the feature view ${row.name}.`,
    words: `${row.id} ${version.number}`,
    sources: datasets.map((dataset) => ({ dataset, isKept: false })),
    derivation: {
      kind: 'features',
      label: `Features of ${row.name}, version ${version.number}`,
      parameters: { view_id, version: version.number, sql: version.sql, ...told(meaning) },
    },
    startedAt,
  });
  job.progress(0.6, 'filling the online store');
  const filled = await online.fill(ctx, row, version.number, meaning, parquet);
  await platform.provenance.prepare(ctx.actor.tenantId);
  const result = {
    dataset_id: stored.datasetId,
    version_id: stored.versionId,
    rows: facts.rows,
    entities: facts.entities,
    online_rows: filled.held,
  };
  return {
    result,
    async commit(tx) {
      const endedAt = new Date();
      const { version: made } = await stored.commit(tx);
      const provenanceId = await platform.provenance.record(tx, ctx, {
        kind: 'features',
        label: `Newest values of ${row.name}`,
        parameters: { view_id, version: version.number },
        seed: null,
        software: 'stroma',
        startedAt,
        endedAt,
        inputs: [
          {
            id: made.id,
            kind: 'dataset_version',
            label: `Features: ${row.name}, version ${made.number}`,
            sha256: made.contentSha256,
            link: `/api/v1/data/datasets/${made.datasetId}/versions`,
          },
        ],
        outputs: [
          {
            id,
            kind: 'features',
            label: row.name,
            sha256: null,
            link: `/api/v1/ml/feature-views/${view_id}`,
          },
        ],
      });
      await insertMaterialisation(tx, {
        ...nothing,
        ...facts,
        id,
        tenantId: ctx.actor.tenantId,
        viewId: view_id,
        number: version.number,
        status: 'succeeded',
        jobId: job.jobId,
        scheduled,
        inputs: inputsOf(datasets),
        onlineRows: filled.held,
        onlineLeftOut: filled.leftOut,
        datasetId: stored.datasetId,
        versionId: made.id,
        provenanceId,
        startedAt,
        endedAt,
      });
      await noteView(tx, ctx.actor.tenantId, view_id, { offlineDatasetId: stored.datasetId });
      await deleteOnline(tx, ctx.actor.tenantId, view_id, version.number);
      await access.audit.record(tx, ctx, {
        action: 'feature-view.materialised',
        object: { kind: 'feature_view', id: view_id },
        outcome: 'success',
        details: { name: row.name, version: version.number, ...result, scheduled },
      });
    },
  };
}

async function countStored(
  parquet: string,
  { entity, event_time, available_time }: FeatureMeaning,
): Promise<Pick<MaterialisationRow, 'rows' | 'entities' | 'tiedRows' | 'firstEventAt' | 'lastEventAt'>> {
  using db = await openDuckDb({ memoryMb: 512, threads: 2, tempFolder: null });
  const keys = entity.keys.map(q).join(', ');
  const known = available_time === null ? '' : `, ${q(available_time)}`;
  const event = `CAST(${q(event_time)} AS TIMESTAMP)`;
  const [rows, entities, tied, first, last] = await db.row(`
    WITH v AS (SELECT * FROM read_parquet(${quoteLiteral(parquet)}) WHERE isfinite(${event})),
    grouped AS (SELECT ${keys}, count(*) AS n FROM v GROUP BY ${keys}, ${q(event_time)}${known})
    SELECT (SELECT count(*) FROM read_parquet(${quoteLiteral(parquet)})),
      (SELECT count(*) FROM (SELECT DISTINCT ${keys} FROM grouped)),
      (SELECT coalesce(sum(n - 1), 0)::BIGINT FROM grouped),
      epoch_ms(min(${event})), epoch_ms(max(${event})) FROM v`);
  const date = (value: unknown) => (value === null ? null : new Date(Number(value)));
  return {
    rows: Number(rows),
    entities: Number(entities),
    tiedRows: Number(tied),
    firstEventAt: date(first),
    lastEventAt: date(last),
  };
}

const told = ({ key_types: _types, ...meaning }: FeatureMeaning) => meaning;

/** Makes a dataset in which each row has what was known at its time. */
export function joinJob({ parts, jobs }: FeatureWalls): JobDefinition<JoinWish> {
  const { platform, access, data } = parts;
  return {
    kind: joinKind,
    title: ({ name }) => `Making the training dataset ${name}`,
    timeoutSeconds: 3600,
    retries: 1,
    concurrency: 1,
    run: (wish, ctx, job) =>
      withFolder(platform.scratchFolder, async (folder) => {
        const startedAt = new Date();
        const { asked, views } = await jobs.plan(ctx, wish);
        job.progress(0.05, 'computing features');
        const files = views.map(({ joined }, at) => ({
          name: joined.table,
          path: join(folder, `view-${at}.parquet`),
        }));
        const parquet = join(folder, 'joined.parquet');
        const sql = pointInTimeSql(
          { table: asked.table_name, timeColumn: wish.time_column },
          views.map(({ joined }) => joined),
        );
        await data.derived.write(ctx, [
          ...views.map(({ known }, at) => ({
            sql: storedSql(known.version),
            datasets: known.datasets,
            target: files[at]?.path ?? '',
          })),
          { sql, datasets: [asked], files, target: parquet },
        ]);
        job.progress(0.5, 'reading');
        const sources = new Map(
          views.flatMap(({ known }) => known.datasets).map((each) => [each.dataset_id, each]),
        );
        sources.delete(asked.dataset_id);
        const stored = await data.derived.store(ctx, job, {
          parquet,
          datasetId: null,
          name: wish.name,
          fileName: `${asked.table_name}-features.parquet`,
          description: wish.description,
          words: job.jobId,
          sources: [
            { dataset: asked, isKept: true },
            ...[...sources.values()].map((dataset) => ({ dataset, isKept: false })),
          ],
          derivation: {
            kind: 'features',
            label: `Features joined to ${asked.name}, each as known at its time`,
            parameters: {
              dataset_id: asked.dataset_id,
              time_column: wish.time_column,
              keys: wish.keys,
              views: views.map(({ known, features }) => ({
                view_id: known.row.id,
                name: known.row.name,
                version: known.version.number,
                sql: known.version.sql,
                ...told(known.version.meaning),
                features: features.map(({ name }) => name),
              })),
              statement_sha256: createHash('sha256').update(sql).digest('hex'),
            },
          },
          startedAt,
        });
        const result = { dataset_id: stored.datasetId, version_id: stored.versionId, rows: stored.rows };
        return {
          result,
          async commit(tx) {
            await stored.commit(tx);
            await access.audit.record(tx, ctx, {
              action: 'features.joined',
              object: { kind: 'dataset', id: stored.datasetId },
              outcome: 'success',
              details: {
                name: wish.name,
                source_dataset_id: asked.dataset_id,
                views: views.map(({ known }) => `${known.row.name} ${known.version.number}`).join(', '),
                rows: stored.rows,
              },
            });
          },
        };
      }),
  };
}

/** Every minute: has feature views materialised that are due and have something new to read. */
export function featureClock({ jobs }: Pick<FeatureWalls, 'jobs'>): JobDefinition<object> {
  return {
    kind: 'features.clock',
    title: () => 'Materialising features that are due',
    timeoutSeconds: 600,
    retries: 0,
    concurrency: 1,
    cron: '* * * * *',
    run: async (_input, ctx) => ({ result: { sent: await jobs.sweep(ctx.log) } }),
  };
}

async function withFolder<T>(scratchFolder: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(scratchFolder, `features-${randomBytes(8).toString('hex')}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
