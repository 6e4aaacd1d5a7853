/**
 * Data: files in, datasets and their versions, profiles, questions and SQL.
 *
 *   createData(platform, access)
 *     .register(app)        the addresses of `api.datasets` and `api.queries`
 *     .loadSamples(ctx)     the sample workspace of a first start; nothing when anything was ever sent
 *     .close()              ends the query processes and writes what is still to be recorded
 *
 * Jobs: insights.generate, data.process (raw file to version), data.anonymise, data.find-joins, data.sweep-uploads, connections.import,
 * connections.clock, connections.sweep-files.
 */
import { join } from 'node:path';
import { SqlSandbox } from '@stroma/lake';
import type { FastifyInstance } from 'fastify';
import type { Access, SignableKind } from '../access/index.ts';
import type { Context } from '../platform/context.ts';
import { acrossTenants } from '../platform/db/tenant-scope.ts';
import { fail } from '../platform/failure.ts';
import { readSandboxLoad, watchStatements } from '../platform/metrics/query-metrics.ts';
import type { Platform } from '../platform/platform.ts';
import { tracedStatements } from '../platform/tracing/traced-walls.ts';
import { anonymiseJob } from './anonymisation/anonymisation.jobs.ts';
import { anonymisationRoutes } from './anonymisation/anonymisation.routes.ts';
import { Anonymisation } from './anonymisation/anonymisation.service.ts';
import { openConnections } from './connections/open-connections.ts';
import { datasetAccessRoutes } from './datasets/dataset-access.routes.ts';
import { DatasetAccess } from './datasets/dataset-access.service.ts';
import { DatasetReads } from './datasets/dataset-reads.ts';
import { DatasetVisibility } from './datasets/dataset-visibility.ts';
import { Downloads } from './datasets/datasets.download.ts';
import { datasetRoutes } from './datasets/datasets.routes.ts';
import { Datasets } from './datasets/datasets.service.ts';
import { findOwned, findSamples } from './datasets/datasets.store.ts';
import { HiddenDatasets } from './datasets/hidden-datasets.ts';
import { LakeDocuments } from './datasets/lake-documents.ts';
import { Previews } from './datasets/preview.service.ts';
import { type OpenTable, openTables, type SightOf, sightsOf } from './datasets/readable-tables.ts';
import { Samples } from './datasets/samples.ts';
import { SeenDatasetDocuments } from './datasets/seen-documents.ts';
import { signableVersion } from './datasets/signable-version.ts';
import { DerivedDatasets } from './derived/derived-datasets.ts';
import type { DerivedHolder } from './erasures/derived-holders.ts';
import { openPrivacy, type PrivacyAccess } from './erasures/open-privacy.ts';
import { derivedInsights } from './insights/derived-insights.ts';
import { insightsJob } from './insights/insights.jobs.ts';
import { insightRoutes } from './insights/insights.routes.ts';
import { Insights } from './insights/insights.service.ts';
import { joinsJob } from './joins/joins.jobs.ts';
import { Joins } from './joins/joins.service.ts';
import { metricRoutes } from './metrics/metrics.routes.ts';
import { Metrics } from './metrics/metrics.service.ts';
import { privateStatisticsRoutes } from './private-statistics/private-statistics.routes.ts';
import { PrivateStatistics } from './private-statistics/private-statistics.service.ts';
import { processJob } from './process.jobs.ts';
import { Answers } from './queries/answers.ts';
import { type AskedQuestion, askedQuestion } from './queries/asked-questions.ts';
import { queryRoutes } from './queries/queries.routes.ts';
import { Queries } from './queries/queries.service.ts';
import { QueryRecords } from './queries/query-records.ts';
import { QueryRunner } from './queries/query-runner.ts';
import { QuestionTables } from './queries/question-tables.ts';
import { RawFiles } from './raw-files.service.ts';
import { keptData, sweepUploadsJob } from './retention.jobs.ts';
import { storedSizes } from './stored-sizes.ts';
import { openStreams, type Streams } from './streams/open-streams.ts';
import { TileQueries } from './tiles/tile-queries.ts';
import type { Tiles } from './tiles/tiles.types.ts';
import { uploadRoutes } from './uploads.routes.ts';
import { Uploads } from './uploads.service.ts';

export type { OpenTable, ReadableTable } from './datasets/readable-tables.ts';
export type { DerivedDatasets } from './derived/derived-datasets.ts';
export { attachment } from './file-names.ts';
export { metricSql } from './metrics/metric-expression.ts';
export { metricUse } from './metrics/metric-use.ts';
export type { MetricRow } from './metrics/metrics.store.ts';
export type { TileAnswer, TileDataset, Tiles } from './tiles/tiles.types.ts';

export interface Data {
  readonly name: 'data';
  register(app: FastifyInstance): void;
  /** A version of a dataset, for electronic signatures. */
  readonly signableVersion: SignableKind;
  /** A module makes known what it holds that was worked out from dataset versions, for when a person is erased. */
  knowDerived(holder: DerivedHolder): void;
  /** How other modules read datasets for somebody. */
  readonly tiles: Tiles;
  /** A dataset to be read whole, as its reader sees it. */
  readonly openTable: OpenTable;
  /** What its reader is shown of one, deleted or not. */
  readonly sightOf: SightOf;
  /** Datasets that other modules make from datasets. */
  readonly derived: Pick<DerivedDatasets, 'requireWhole' | 'write' | 'store'>;
  /** Numbers that are defined once. */
  readonly metrics: Pick<Metrics, 'find' | 'knowUses'>;
  /** What somebody asked once; null when it was not they. */
  asked(ctx: Context, queryId: string): Promise<AskedQuestion | null>;
  /** Whether somebody may know of what an event is about. */
  hears: HiddenDatasets['hears'];
  /** Topics, for the live stream. */
  readonly topics: Streams['topics'];
  /** Boards that move: who watches what, and the connections that hear of it. */
  readonly live: Streams['live'];
  loadSamples(ctx: Context): Promise<void>;
  /** Ids of the sample datasets that are there, by file name. */
  samples(ctx: Context): Promise<ReadonlyMap<string, string>>;
  /** Whether the query processes answer; throws NOT_READY when they do not. */
  ping(): Promise<void>;
  /** Bytes of what is stored, by kind. */
  readonly sizes: Readonly<Record<string, () => Promise<number>>>;
  /** Resolves when every answer given so far has its record. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export function createData(
  platform: Platform,
  access: PrivacyAccess &
    Pick<Access, 'authenticate' | 'resources' | 'breakGlass' | 'clearanceOf' | 'screen' | 'people'>,
): Data {
  const { audit, resources, breakGlass, retention, clearanceOf, screen } = access;
  const documents = new LakeDocuments(platform);
  const joins = new Joins(platform, documents);
  const visibility = new DatasetVisibility(platform, resources, breakGlass);
  const hidden = new HiddenDatasets(platform, resources, visibility);
  platform.jobs.knowHidden((ctx, jobs) => hidden.ofJobs(ctx, jobs));
  platform.provenance.knowReaders((ctx, graph) => hidden.ofGraph(ctx, graph));
  const uploads = new Uploads(platform, audit, visibility);
  const samples = new Samples(platform, uploads);
  const reads = new DatasetReads(platform.db);
  const seenDocuments = new SeenDatasetDocuments(platform, documents);
  const connections = openConnections(platform, audit, { visibility, hidden, documents });
  const datasets = new Datasets(platform, { audit, documents, joins, reads, visibility, seenDocuments });
  const anonymisation = new Anonymisation({ platform, audit, datasets, documents });
  const texts = platform.sealed.know({ table: 'queries', columns: ['question', 'sql'] });
  const records = new QueryRecords(platform, audit, texts);
  let sandbox: SqlSandbox | null = null;
  resources.know('ds', 'dataset', (tenantId, id) => findOwned(platform.db.sql, tenantId, id));
  platform.jobs.register(processJob(platform, audit));
  platform.jobs.register(joinsJob(platform, joins));
  platform.jobs.register(anonymiseJob({ platform, audit, datasets, anonymisation }));
  platform.jobs.register(sweepUploadsJob(uploads));
  for (const kept of keptData(platform)) retention.know(kept);
  const opened = () => (sandbox ??= openSandbox(platform));
  const runner = new QueryRunner(platform, { queryJson: (...given) => opened().queryJson(...given) });
  const tiles = new TileQueries({ platform, audit, runner, records, documents, visibility, hidden, reads });
  const derived = new DerivedDatasets({ platform, audit, resources, documents });
  const metrics = new Metrics({ platform, audit, people: access.people, tiles });
  const streams = openStreams({
    platform,
    audit,
    documents,
    visibility,
    reads,
    retention,
    sandbox: opened,
    authenticate: (request) =>
      acrossTenants('whose request it is, is only known afterwards', () => access.authenticate(request)),
  });
  const clear = () => {
    documents.clear();
    seenDocuments.clear();
    datasets.clearWritten();
    runner.clearNear();
  };
  const privacy = openPrivacy({ platform, access, documents, sandbox: opened, clear });
  const insights = new Insights({
    platform,
    audit,
    datasets,
    documents,
    seenDocuments,
    sandbox: opened,
    screen,
  });
  platform.jobs.register(insightsJob(insights));
  privacy.knowDerived(derivedInsights(platform.db));
  return {
    name: 'data',
    signableVersion: signableVersion(platform, hidden),
    hears: (who, event) => hidden.hears(who, event),
    topics: streams.topics,
    live: streams.live,
    knowDerived: (holder) => privacy.knowDerived(holder),
    tiles,
    openTable: openTables(datasets, documents),
    sightOf: sightsOf(platform.db, reads, visibility),
    derived,
    metrics,
    samples: (ctx) => findSamples(platform.db.sql, ctx),
    asked: (ctx, queryId) => askedQuestion({ platform, records, texts }, ctx, queryId),
    register(app) {
      app.addHook('onReady', () => reads.start(platform.log));
      sandbox = opened();
      uploadRoutes(app, uploads, new RawFiles(platform, audit, visibility, hidden), (ctx, id) =>
        datasets.requireWholeUpload(ctx, id),
      );
      datasetAccessRoutes(
        app,
        new DatasetAccess({ platform, audit, sandbox, documents, reads, visibility, clearanceOf }),
      );
      connections.register(app);
      anonymisationRoutes(app, anonymisation);
      insightRoutes(app, insights);
      privateStatisticsRoutes(app, new PrivateStatistics({ platform, audit, datasets, documents }));
      privacy.register(app);
      streams.register(app);
      metricRoutes(app, metrics);
      datasetRoutes(app, {
        datasets,
        samples,
        previews: new Previews(sandbox, documents),
        downloads: new Downloads(platform, documents),
        audit,
      });
      const questionTables = new QuestionTables(seenDocuments, joins);
      const answers = new Answers(records);
      queryRoutes(
        app,
        new Queries({
          platform,
          audit,
          sandbox,
          runner,
          records,
          answers,
          documents,
          seenDocuments,
          visibility,
          questionTables,
          reads,
          screen,
          metrics,
          texts,
        }),
      );
    },
    loadSamples: (ctx) => samples.loadOnFirstStart(ctx),
    async ping() {
      const { valid } = (await sandbox?.validate('SELECT 1', [])) ?? { valid: false };
      if (!valid) fail('NOT_READY', 'The query processes do not answer.');
    },
    sizes: { ...storedSizes(platform.db), streams: () => streams.storedBytes() },
    settled: () => records.settled(),
    async close() {
      await streams.close();
      await derived.close();
      await sandbox?.close();
      await records.settled();
      await reads.stop();
      await privacy.close();
    },
  };
}

/** A worker without HTTP needs one only to look for persons, so its processes start with the routes or when asked. */
function openSandbox({ config, scratchFolder, tracing }: Platform): SqlSandbox {
  const sandbox = new SqlSandbox({
    watch: tracedStatements(watchStatements(), tracing),
    processes: config.STROMA_SQL_PROCESSES,
    scratchFolder: join(scratchFolder, 'sql'),
    limits: {
      timeoutMs: config.STROMA_SQL_TIMEOUT_MS,
      memoryMb: config.STROMA_SQL_MEMORY_MB,
      maxRows: config.STROMA_SQL_MAX_ROWS,
      maxBytes: config.STROMA_SQL_MAX_BYTES,
    },
  });
  readSandboxLoad(() => sandbox.load);
  return sandbox;
}
