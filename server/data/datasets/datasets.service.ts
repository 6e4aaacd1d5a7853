import {
  type Dataset,
  type DatasetProfile,
  type DatasetVersion,
  type IngestOverridesInput,
  type Permission,
  scopeOfRole,
} from '@stroma/contracts';
import { freeTableName, StromaError } from '@stroma/kernel';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { readCursor, toPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { type FoundJoins, type Joins, joinsSeen } from '../joins/joins.service.ts';
import { type ProcessInput, processKind } from '../process.input.ts';
import { datasetsOfUpload } from '../raw-files.store.ts';
import { findUpload } from '../uploads.store.ts';
import { datasetDocument, versionDocument } from './dataset-documents.ts';
import type { DatasetReads } from './dataset-reads.ts';
import { findVersion, listVersions } from './dataset-versions.store.ts';
import {
  clearanceOf,
  type DatasetVisibility,
  requireWhole,
  type SeenDataset,
  sensitivitiesWithin,
} from './dataset-visibility.ts';
import {
  type DatasetSort,
  type DatasetWithVersion,
  findDataset,
  findEvenDeleted,
  findEvenDeletedWithVersion,
  listDatasets,
  lockRegistration,
  markDeleted,
  sortValue,
  tableNamesLike,
  unmarkDeleted,
  updateDataset,
} from './datasets.store.ts';
import type { LakeDocuments } from './lake-documents.ts';
import type { SeenDatasetDocuments } from './seen-documents.ts';
import { isLetGo, liesInParts } from './version-parts.ts';

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

interface WrittenProfile {
  columns: DatasetProfile['columns'];
  joins: DatasetProfile['candidate_joins'];
  bytes: Buffer;
}

/** At most 64 MiB of profiles as text. */
const writtenBytes = 256 * 1024;
const writtenProfiles = 256;

export interface DatasetParts {
  audit: Audit;
  documents: LakeDocuments;
  joins: Joins;
  reads: DatasetReads;
  visibility: DatasetVisibility;
  seenDocuments: SeenDatasetDocuments;
}

/** Datasets and their versions, as their people may see and change them. */
export class Datasets {
  readonly #platform: Platform;
  readonly #audit: Audit;
  readonly #documents: LakeDocuments;
  readonly #joins: Joins;
  readonly #reads: DatasetReads;
  readonly #visibility: DatasetVisibility;
  readonly #seenDocuments: SeenDatasetDocuments;
  readonly #written = new Map<string, WrittenProfile>();

  constructor(platform: Platform, parts: DatasetParts) {
    this.#platform = platform;
    this.#audit = parts.audit;
    this.#documents = parts.documents;
    this.#joins = parts.joins;
    this.#reads = parts.reads;
    this.#visibility = parts.visibility;
    this.#seenDocuments = parts.seenDocuments;
  }

  async list(
    ctx: Context,
    query: { search?: string | undefined; sort: DatasetSort; limit: number; cursor?: string | undefined },
  ): Promise<Page<Dataset>> {
    const cursor = readCursor(query.cursor);
    const sensitivities = sensitivitiesWithin(clearanceOf(ctx.actor));
    const reached = await this.#visibility.reached(ctx);
    const read = async () => {
      const wanted = { ...query, sensitivities, reached, limit: query.limit + 1, cursor };
      const rows = await listDatasets(this.#platform.db.sql, ctx, wanted);
      return toPage(
        rows,
        query.limit,
        (row) => sortValue(row, query.sort),
        (row) => ({ row, document: datasetDocument(row) }),
      );
    };
    // Where each reaches something else, what one was shown is not kept for another.
    const { items, next_cursor } = await (reached === null
      ? this.#reads.get(ctx, `list ${sensitivities} ${JSON.stringify(query)}`, read)
      : read());
    const seen = items.map(({ row, document }) =>
      row.dataset.rules.length === 0 ? document : this.#partOf(ctx, row).then(datasetDocument),
    );
    return { items: await Promise.all(seen), next_cursor };
  }

  /** For lists. Where the rules fit the data no more, nothing is shown of it. */
  async #partOf(ctx: Context, found: DatasetWithVersion): Promise<DatasetWithVersion> {
    const part = await this.#visibility.partOf(ctx, found);
    return this.#seenDocuments.counted(part).catch((error: unknown) => {
      if (!(error instanceof StromaError) || error.code !== 'QUERY_FAILED') throw error;
      return { ...part, version: { ...part.version, rows: 0 } };
    });
  }

  /** Of one whose rows were let go of, there is nothing to count a part of. */
  async #versionSeen(ctx: Context, found: DatasetWithVersion): Promise<DatasetWithVersion> {
    if (!isLetGo(found.version) || found.dataset.rules.length === 0) return this.#partOf(ctx, found);
    return { ...found, version: { ...found.version, rows: 0 } };
  }

  async get(ctx: Context, id: string): Promise<Dataset> {
    return datasetDocument(await this.resolve(ctx, id));
  }

  /** The dataset with one of its versions, the current one when none is named, as the asker sees it. Throws NOT_FOUND. */
  async resolve(ctx: Context, id: string, versionId?: string): Promise<SeenDataset> {
    const { sql } = this.#platform.db;
    const found = await this.#reads.get(ctx, `one ${id} ${versionId ?? ''}`, () =>
      versionId ? findVersion(sql, ctx, id, versionId) : findDataset(sql, ctx, id),
    );
    const seen = await this.#visibility.see(ctx, found ?? notFound(id, versionId));
    if (isLetGo(seen.version)) letGo(seen);
    return this.#seenDocuments.counted(await this.#withinPresent(ctx, seen));
  }

  async #withinPresent(ctx: Context, seen: SeenDataset): Promise<SeenDataset> {
    const { dataset, version, restriction } = seen;
    if (restriction === null || version.id === dataset.currentVersionId) return seen;
    const present = await this.#reads.get(ctx, `one ${dataset.id} `, () =>
      findDataset(this.#platform.db.sql, ctx, dataset.id),
    );
    return this.#visibility.withinPresent(seen, (present ?? notFound(dataset.id)).version);
  }

  async #resolveFor(ctx: Context, permission: Permission, id: string): Promise<SeenDataset> {
    const seen = await this.resolve(ctx, id);
    await this.#visibility.require(ctx, permission, seen.dataset);
    return seen;
  }

  async #joinsOf(ctx: Context, found: SeenDataset): Promise<DatasetProfile['candidate_joins']> {
    const known = await this.#everyJoinOf(ctx, found);
    return joinsSeen(known, found.restriction, (other) => this.#visibility.restrictionOf(ctx, other));
  }

  async #everyJoinOf(ctx: Context, found: SeenDataset): Promise<FoundJoins> {
    const reached = await this.#visibility.reached(ctx);
    const key = `joins ${found.version.id} ${clearanceOf(ctx.actor)}`;
    return reached === null
      ? this.#reads.get(ctx, key, () => this.#joins.of(ctx, found))
      : this.#joins.of(ctx, found, reached);
  }

  async update(
    ctx: Context,
    id: string,
    change: { name?: string | undefined; description?: string | undefined },
  ): Promise<Dataset> {
    const before = describe(await this.#resolveFor(ctx, 'datasets:write', id));
    await this.#platform.db.transaction(async (tx) => {
      const { name, description } = change;
      const set = {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
      };
      if (!(await updateDataset(tx, ctx, id, set))) notFound(id);
      await this.#audit.record(tx, ctx, {
        action: 'dataset.changed',
        object: { kind: 'dataset', id },
        outcome: 'success',
        before,
        after: { ...before, ...set },
        details: { fields: Object.keys(set).join(', ') },
      });
      await this.#platform.events.publish(tx, ctx, 'dataset.updated', id, { dataset_id: id });
    });
    this.#reads.forget(ctx.actor.tenantId);
    return this.get(ctx, id);
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const before = describe(await this.#resolveFor(ctx, 'datasets:delete', id));
    await this.#platform.db.transaction(async (tx) => {
      if (!(await markDeleted(tx, ctx, id))) notFound(id);
      await this.#audit.record(tx, ctx, {
        action: 'dataset.deleted',
        object: { kind: 'dataset', id },
        outcome: 'success',
        before,
      });
      await this.#platform.events.publish(tx, ctx, 'dataset.deleted', id, { dataset_id: id });
    });
    this.#reads.forget(ctx.actor.tenantId);
  }

  /** Takes another table name when its own was given away meanwhile. Throws CONFLICT when it is not deleted. */
  async restore(ctx: Context, id: string): Promise<Dataset> {
    const deleted = (await findEvenDeleted(this.#platform.db.sql, ctx, id)) ?? notFound(id);
    await this.#visibility.require(ctx, 'datasets:delete', deleted);
    await this.#platform.db.transaction(async (tx) => {
      await lockRegistration(tx, ctx);
      const found = (await findEvenDeleted(tx, ctx, id)) ?? notFound(id);
      if (found.deletedAt === null) fail('CONFLICT', 'This dataset is not deleted.', { dataset_id: id });
      const used = await tableNamesLike(tx, ctx, found.tableName);
      const tableName = freeTableName(found.tableName, used);
      await unmarkDeleted(tx, ctx, id, tableName);
      await this.#audit.record(tx, ctx, {
        action: 'dataset.restored',
        object: { kind: 'dataset', id },
        outcome: 'success',
        details: { table_name: tableName },
      });
      await this.#platform.events.publish(tx, ctx, 'dataset.updated', id, { dataset_id: id });
    });
    this.#reads.forget(ctx.actor.tenantId);
    return this.get(ctx, id);
  }

  async versions(
    ctx: Context,
    id: string,
    query: { limit: number; cursor?: string | undefined },
  ): Promise<Page<DatasetVersion>> {
    const { dataset } = await this.resolve(ctx, id);
    const cursor = readCursor(query.cursor);
    const rows = await listVersions(this.#platform.db.sql, ctx, id, query.limit + 1, cursor);
    const page = toPage(
      rows,
      query.limit,
      (row) => [row.number, row.id],
      (version) => this.#versionSeen(ctx, { dataset, version }),
    );
    const seen = await Promise.all(page.items);
    return { ...page, items: seen.map(({ version }) => versionDocument(version)) };
  }

  async decisions(ctx: Context, id: string, versionId?: string) {
    const seen = await this.resolve(ctx, id, versionId);
    requireWhole(seen, 'the reasons of decisions, which quote values,');
    const { version } = seen;
    const { decisions, warnings } = await this.#documents.get(version, 'report.json');
    return { decisions, warnings };
  }

  async profile(ctx: Context, id: string, versionId?: string): Promise<DatasetProfile> {
    const found = await this.resolve(ctx, id, versionId);
    const { dataset, version } = found;
    const [profile, joins] = await Promise.all([
      this.#seenDocuments.get(found, 'profile.json'),
      this.#joinsOf(ctx, found),
    ]);
    return {
      ...profile,
      dataset_id: dataset.id,
      version_id: version.id,
      candidate_joins: joins,
      provenance_id: version.provenanceId,
    };
  }

  /** The profile as JSON text in bytes, written once for as long as it stays the same. */
  async profileJson(ctx: Context, id: string, versionId?: string): Promise<Buffer> {
    const profile = await this.profile(ctx, id, versionId);
    const { version_id, columns, candidate_joins } = profile;
    const key = `${version_id} ${clearanceOf(ctx.actor)}`;
    const kept = this.#written.get(key);
    if (kept?.columns === columns && kept.joins === candidate_joins) return kept.bytes;
    const bytes = Buffer.from(JSON.stringify(profile));
    this.#written.delete(key);
    if (bytes.byteLength <= writtenBytes) this.#written.set(key, { columns, joins: candidate_joins, bytes });
    const [oldest] = this.#written.keys();
    if (this.#written.size > writtenProfiles && oldest !== undefined) this.#written.delete(oldest);
    return bytes;
  }

  /** Lets go of every profile that was written out. */
  clearWritten(): void {
    this.#written.clear();
  }

  /** Throws FORBIDDEN for the raw file of a dataset the asker sees a part of, NOT_FOUND of one they may not see. */
  async requireWholeUpload(ctx: Context, uploadId: string): Promise<void> {
    const { sql } = this.#platform.db;
    const became = await datasetsOfUpload(sql, ctx, uploadId);
    if (became.length === 0) await this.#requireUploadInReach(ctx, uploadId);
    for (const id of became) {
      const found = await findEvenDeletedWithVersion(sql, ctx, id);
      if (found !== null) requireWhole(await this.#visibility.see(ctx, found), 'the file as it was sent');
    }
  }

  /** What became no dataset is reached by who sent it, and by who reaches the whole organisation. */
  async #requireUploadInReach(ctx: Context, uploadId: string): Promise<void> {
    const { id, role, scope } = ctx.actor;
    if ((scope ?? scopeOfRole(role)).reach !== 'shared') return;
    const upload = await findUpload(this.#platform.db.sql, ctx, uploadId);
    if (upload?.createdBy !== id) fail('NOT_FOUND', 'There is no such upload.', { upload_id: uploadId });
  }

  async reingest(ctx: Context, id: string, overrides: IngestOverridesInput): Promise<string> {
    const seen = await this.#resolveFor(ctx, 'datasets:write', id);
    requireWhole(seen, 'reading its file again');
    const { dataset, version } = seen;
    if (liesInParts(version))
      fail('UNPROCESSABLE', 'This dataset grew part by part; there is no one file to read again.', {
        dataset_id: id,
      });
    const input: ProcessInput = {
      upload_id: version.uploadId,
      file_name: version.fileName,
      dataset_id: dataset.id,
      overrides,
      again: true,
    };
    return this.#platform.db.transaction(async (tx) => {
      const jobId = await this.#platform.jobs.send(ctx, processKind, input, { tx });
      await this.#audit.record(tx, ctx, {
        action: 'dataset.reingested',
        object: { kind: 'dataset', id },
        outcome: 'success',
        before: version.overrides,
        after: overrides,
        details: { job_id: jobId },
      });
      return jobId;
    });
  }
}

/** What of a dataset people change. */
const describe = ({ dataset }: SeenDataset) => ({ name: dataset.name, description: dataset.description });

const letGo = ({ dataset, version }: SeenDataset): never =>
  fail(
    'VERSION_LET_GO',
    `The rows of version ${version.number} were let go of: of what a topic lands, every version is kept for an hour, then the last of each hour for a day, then the last of each day. Ask for another version.`,
    { dataset_id: dataset.id, version_id: version.id },
  );

const notFound = (id: string, versionId?: string): never =>
  versionId === undefined
    ? fail('NOT_FOUND', 'There is no such dataset.', { dataset_id: id })
    : fail('NOT_FOUND', 'There is no such version of this dataset.', {
        dataset_id: id,
        version_id: versionId,
      });
