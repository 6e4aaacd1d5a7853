import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sensitivities } from '@stroma/contracts';
import type { ColumnSchema } from '@stroma/kernel';
import { SqlSandbox, type SqlSource } from '@stroma/lake';
import type { Access, Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { RunningJob } from '../../platform/jobs/job-types.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Derivation, EntityReference } from '../../platform/provenance/provenance-types.ts';
import { findByIdentity } from '../datasets/dataset-versions.store.ts';
import { requireWhole } from '../datasets/dataset-visibility.ts';
import { type DatasetWithVersion, setDatasetAccess } from '../datasets/datasets.store.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import { versionIdentity } from '../datasets/version-identity.ts';
import { joinsKind } from '../joins/joins.jobs.ts';
import { lakeFiles } from '../process.jobs.ts';
import { datasetSources } from '../queries/dataset-sources.ts';
import type { ReadFileInput, ReadFileResult } from '../read-file.worker.ts';
import { makeCurrent, registerVersion } from '../register-version.ts';
import { software } from '../software.ts';
import type { TileDataset } from '../tiles/tiles.types.ts';
import { insertUpload, type UploadRow } from '../uploads.store.ts';
import { derivedAccess } from './derived-rules.ts';

export interface Statement {
  sql: string;
  datasets: readonly TileDataset[];
  /** Parquet files it reads beside them, by the name of their table. */
  files?: readonly SqlSource[];
  /** Where its answer is written, as Parquet. */
  target: string;
}

export interface DerivedDataset {
  /** A Parquet file. */
  parquet: string;
  /** Null makes a new dataset. */
  datasetId: string | null;
  name: string;
  fileName: string;
  description: string;
  /** Equal content under equal words is one version, of the dataset or, where none is named, of the tenant. */
  words: string;
  /** One that is not named says who may see what was made, and is no input of its provenance. */
  sources: readonly { dataset: TileDataset; isKept: boolean; isNamed?: boolean }[];
  /** What else it was made with. */
  besides?: readonly EntityReference[];
  derivation: Pick<Derivation, 'kind' | 'label' | 'parameters'>;
  startedAt: Date;
}

export interface StoredDataset {
  datasetId: string;
  versionId: string;
  rows: number;
  columns: ColumnSchema[];
  contentSha256: string;
  /** The same was made before, and is given back. */
  isKnown: boolean;
  /** In the transaction that ends the job. */
  commit(tx: Sql): Promise<DatasetWithVersion>;
}

interface DerivedTools {
  platform: Platform;
  audit: Audit;
  resources: Access['resources'];
  documents: LakeDocuments;
}

const reader = new URL('../read-file.worker.ts', import.meta.url);
const statementMs = 600_000;
/** Apart from those of the processes that answer questions. */
const ownUid = 64_300;
const idleMs = 60_000;

/** Datasets that other modules make from datasets. */
export class DerivedDatasets {
  readonly #tools: DerivedTools;
  #sandbox: SqlSandbox | null = null;
  #writing = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(tools: DerivedTools) {
    this.#tools = tools;
  }

  /** Throws FORBIDDEN for who sees a part of one: what is stored is seen by others, as if it were made of the whole. */
  requireWhole(datasets: readonly TileDataset[], what: string): void {
    for (const { seen } of datasets) requireWhole(seen, what);
  }

  /**
   * Writes what each statement gives, one after the other, in a process of its own, so that questions need not wait for it; sees of the datasets
   * what `ctx.actor` does. Throws the errors of the sandbox. Answers how many rows were written.
   */
  async write(ctx: Context, statements: readonly Statement[]): Promise<number[]> {
    const sandbox = this.#open();
    this.#writing += 1;
    try {
      const rows: number[] = [];
      for (const { sql, datasets, files = [], target } of statements) {
        const sources = await datasetSources(
          this.#tools.documents,
          datasets.map(({ seen }) => seen),
        );
        const written = await sandbox.writeParquet(sql, [...files, ...sources], target, {
          signal: ctx.signal,
          caller: ctx.actor.id,
        });
        rows.push(written.rows);
      }
      return rows;
    } finally {
      this.#writing -= 1;
      this.#idle ??= setTimeout(() => void this.#rest(), idleMs).unref();
    }
  }

  #open(): SqlSandbox {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    const { config, scratchFolder } = this.#tools.platform;
    this.#sandbox ??= new SqlSandbox({
      processes: 1,
      scratchFolder: join(scratchFolder, 'sql'),
      uid: ownUid,
      limits: { timeoutMs: statementMs, memoryMb: config.STROMA_SQL_MEMORY_MB },
    });
    return this.#sandbox;
  }

  /** Its process is there while it is needed: most servers never write a dataset. */
  async #rest(): Promise<void> {
    this.#idle = undefined;
    if (this.#writing > 0) return;
    await this.close();
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    const sandbox = this.#sandbox;
    this.#sandbox = null;
    await sandbox?.close();
  }

  /** Reads the file as every file is read and lays it down; `commit` makes the version known. */
  async store(ctx: Context, job: RunningJob, made: DerivedDataset): Promise<StoredDataset> {
    const { platform } = this.#tools;
    const folder = join(platform.scratchFolder, `derived-${randomBytes(8).toString('hex')}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      const read = await platform.threads.run<ReadFileInput, ReadFileResult>(
        reader,
        {
          sourcePath: made.parquet,
          fileName: made.fileName,
          outputFolder: folder,
          overrides: {},
          memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
        },
        { signal: ctx.signal },
      );
      const { report } = read;
      const { identity, there } = await this.#identity(ctx, made, report);
      if (there !== null) return this.#known(ctx, made, there);
      const lakePrefix = `lake/${ctx.actor.tenantId}/${report.content_sha256}/${identity.slice(0, 16)}`;
      const known = { bytes: report.parquet_bytes, sha256: report.content_sha256 };
      for (const name of lakeFiles)
        await platform.objects.putFile(
          `${lakePrefix}/${name}`,
          join(folder, name),
          name === 'data.parquet' ? known : undefined,
        );
      const upload = await this.#upload(ctx, job, made, folder);
      return this.#new(ctx, job, made, { read, identity, lakePrefix, upload });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** One that somebody else made and keeps from the asker is none to give back: theirs is a further one. */
  async #identity(
    ctx: Context,
    { words, datasetId }: DerivedDataset,
    { source_sha256, decisions }: ReadFileResult['report'],
  ): Promise<{ identity: string; there: DatasetWithVersion | null }> {
    for (const own of [words, `${words} ${ctx.actor.id}`]) {
      const identity = createHash('sha256')
        .update(`${versionIdentity(source_sha256, decisions)} ${own}`)
        .digest('hex');
      const there = await findByIdentity(this.#tools.platform.db.sql, ctx, identity, datasetId);
      if (there === null || datasetId !== null || (await this.#mayRead(ctx, there)))
        return { identity, there };
    }
    return fail(
      'FORBIDDEN',
      'These very rows were made already, into a dataset that you may not read any more.',
    );
  }

  async #mayRead({ actor, purpose }: Context, { dataset }: DatasetWithVersion): Promise<boolean> {
    const { id, createdBy: ownerId, sensitivity } = dataset;
    const owned = { id, ownerId, sensitivity };
    return (await this.#tools.resources.decide(actor, 'datasets:read', owned, purpose)).allowed;
  }

  #known(ctx: Context, made: DerivedDataset, there: DatasetWithVersion): StoredDataset {
    const { dataset, version } = there;
    return {
      datasetId: dataset.id,
      versionId: version.id,
      rows: version.rows,
      columns: version.columns,
      contentSha256: version.contentSha256,
      isKnown: true,
      commit: async (tx) => {
        if (made.datasetId !== null) await makeCurrent(this.#tools.platform, tx, ctx, there);
        return there;
      },
    };
  }

  #new(
    ctx: Context,
    job: RunningJob,
    made: DerivedDataset,
    {
      read,
      identity,
      lakePrefix,
      upload,
    }: { read: ReadFileResult; identity: string; lakePrefix: string; upload: UploadRow },
  ): StoredDataset {
    const { platform, audit, resources } = this.#tools;
    const datasetId = made.datasetId ?? newId('dataset');
    const versionId = newId('version');
    const { report } = read;
    return {
      datasetId,
      versionId,
      rows: report.rows,
      columns: report.columns,
      contentSha256: report.content_sha256,
      isKnown: false,
      commit: async (tx) => {
        const endedAt = new Date();
        await insertUpload(tx, upload);
        await this.#derivation(tx, ctx, made, { upload, datasetId, versionId, endedAt });
        const registered = await registerVersion(platform, tx, ctx, {
          input: {
            upload_id: upload.id,
            file_name: made.fileName,
            dataset_id: made.datasetId,
            overrides: {},
            again: false,
          },
          upload,
          read,
          identity,
          lakePrefix,
          startedAt: made.startedAt,
          endedAt,
          datasetId,
          versionId,
        });
        const { dataset, version } = registered;
        const access = derivedAccess(
          made.sources.map(({ dataset: { seen }, isKept }) => ({ ...seen.dataset, isKept })),
          version.columns,
        );
        const present = made.datasetId === null ? [] : dataset.rules;
        const rules = new Map([...present, ...access.rules].map((rule) => [JSON.stringify(rule), rule]));
        const stricter = [access.sensitivity, ...(made.datasetId === null ? [] : [dataset.sensitivity])];
        await setDatasetAccess(tx, ctx, datasetId, {
          sensitivity:
            sensitivities[Math.max(...stricter.map((each) => sensitivities.indexOf(each)))] ?? 'phi',
          rules: [...rules.values()],
          pseudonymKey: dataset.pseudonymKey,
        });
        if (made.datasetId === null)
          await resources.inherit(
            tx,
            ctx,
            datasetId,
            made.sources.map(({ dataset: { dataset_id: id } }) => id),
          );
        await audit.record(tx, ctx, {
          action: made.datasetId === null ? 'dataset.created' : 'dataset.version-added',
          object: { kind: 'dataset', id: datasetId },
          outcome: 'success',
          after: { content_sha256: version.contentSha256 },
          details: {
            name: dataset.name,
            version_id: versionId,
            version: version.number,
            rows: version.rows,
            source_sha256: version.sourceSha256,
          },
        });
        await platform.events.publish(tx, ctx, 'data.processing.complete', datasetId, {
          job_id: job.jobId,
          dataset_id: datasetId,
          version_id: versionId,
          rows: version.rows,
          rejected_rows: version.rejectedRows,
        });
        const input = { dataset_id: datasetId, name: dataset.name };
        await platform.jobs.send(ctx, joinsKind, input, { tx, priority: -1 });
        return registered;
      },
    };
  }

  /** The file counts as sent by who had it made. */
  async #upload(ctx: Context, job: RunningJob, made: DerivedDataset, folder: string): Promise<UploadRow> {
    const id = newId('upload');
    // The store takes the file over.
    const copy = join(folder, 'raw');
    await copyFile(made.parquet, copy);
    const { key, bytes, sha256 } = await this.#tools.platform.objects.putFile(
      `raw/${ctx.actor.tenantId}/${id}`,
      copy,
    );
    return {
      id,
      tenantId: ctx.actor.tenantId,
      fileName: made.fileName,
      status: 'queued',
      sizeBytes: bytes,
      receivedBytes: bytes,
      datasetId: made.datasetId,
      overrides: {},
      sample: false,
      description: made.description,
      name: made.name,
      objectKey: key,
      sha256,
      jobId: job.jobId,
      createdBy: ctx.actor.id,
      createdAt: made.startedAt,
      updatedAt: made.startedAt,
    };
  }

  #derivation(
    tx: Sql,
    ctx: Context,
    { sources, besides = [], derivation, startedAt }: DerivedDataset,
    {
      upload,
      datasetId,
      versionId,
      endedAt,
    }: { upload: UploadRow; datasetId: string; versionId: string; endedAt: Date },
  ): Promise<string> {
    return this.#tools.platform.provenance.record(tx, ctx, {
      ...derivation,
      seed: null,
      software,
      startedAt,
      endedAt,
      inputs: [
        ...sources
          .filter(({ isNamed }) => isNamed !== false)
          .map(({ dataset: { seen } }) => ({
            id: seen.version.id,
            kind: 'dataset_version' as const,
            label: `${seen.dataset.name}, version ${seen.version.number}`,
            sha256: seen.version.contentSha256,
            link: `/api/v1/data/datasets/${seen.dataset.id}/versions`,
          })),
        ...besides,
      ],
      outputs: [
        {
          id: upload.id,
          kind: 'raw_file',
          label: upload.fileName,
          sha256: upload.sha256,
          link: `/api/v1/data/datasets/${datasetId}/download?format=raw&version_id=${versionId}`,
        },
      ],
    });
  }
}
