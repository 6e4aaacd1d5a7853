import type { ErasureDecisions, ErasurePlan } from '@stroma/contracts';
import { quoteLiteral } from '@stroma/lake';
import type { Access, Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { objectContext } from '../../platform/objects/sealed-store.ts';
import { type DatasetWithVersion, lockRegistration, type VersionRow } from '../datasets/datasets.store.ts';
import { deletePairs } from '../joins/joins.store.ts';
import { Parameters } from '../persons/person-cells.ts';
import type { SearchTools } from '../persons/person-search.ts';
import { allVersions } from '../persons/person-versions.store.ts';
import { testsOf } from '../persons/person-versions.ts';
import { replaceWords } from '../persons/text-scan.ts';
import type { DerivedHolder } from './derived-holders.ts';
import { anonymisedFrom, pseudonymTests } from './derived-versions.ts';
import type { ErasedCaches } from './erased-caches.ts';
import { treatmentUnless } from './erasures.plan.ts';
import type { ErasureProgress } from './erasures.progress.ts';
import {
  changeErasure,
  type ErasureRow,
  recountVersions,
  removeDataset,
  removeVersions,
} from './erasures.store.ts';
import { type Rewriting, rewriteVersion } from './rewritten-version.ts';

export interface RunTools extends SearchTools {
  audit: Audit;
  members: Access['members'];
  retention: Pick<Access['retention'], 'holdsOf'>;
  caches: ErasedCaches;
  holders: readonly DerivedHolder[];
}

export interface ErasureRunParts {
  tools: RunTools;
  ctx: Context;
  jobId: string;
  row: ErasureRow;
  query: { identifiers: string[]; columns: 'personal' | 'all'; match: 'exact' | 'normalised' | 'within' };
}

type PlannedDataset = ErasurePlan['datasets'][number];

/** What is decided of a dataset: what the plan proposes, unless who executes chose otherwise. */
export function decided(
  dataset: PlannedDataset,
  { keep_datasets, erase_signed_datasets, words_only_datasets }: ErasureDecisions,
  currentVersionId: string | undefined,
): PlannedDataset['treatment'] {
  const wordsOnly = words_only_datasets.includes(dataset.dataset_id) && currentVersionId !== undefined;
  if (!dataset.may_choose || keep_datasets.includes(dataset.dataset_id)) return 'keep';
  const isSigned = dataset.ground === 'signed_record';
  if (isSigned && !erase_signed_datasets.includes(dataset.dataset_id)) return 'keep';
  if (!isSigned && !(wordsOnly && dataset.treatment === 'purge' && !dataset.deleted))
    return dataset.treatment;
  return treatmentUnless(dataset, currentVersionId, wordsOnly);
}

/** Removes the rows of a person from dataset versions, step by step; each step is done once, whoever dies between. */
export class ErasureRun {
  readonly #parts: ErasureRunParts;
  readonly progress: ErasureProgress;

  constructor(parts: ErasureRunParts) {
    this.#parts = parts;
    this.progress = structuredClone(parts.row.progress);
  }

  /** What the person's words become where they stand in a text. */
  readonly replace = (text: string): string => replaceWords(text, this.#parts.query.identifiers);

  /** Runs `work` once in a transaction with what it writes down; nothing when it was done before. */
  async once(step: string, work: (tx: Sql) => Promise<void>): Promise<void> {
    const { tools, ctx } = this.#parts;
    if (this.progress.done.includes(step)) return;
    ctx.signal.throwIfAborted();
    const before = structuredClone(this.progress);
    try {
      await tools.platform.db.transaction(async (tx) => {
        await work(tx);
        this.progress.done.push(step);
        await this.#save(tx);
      });
    } catch (error) {
      Object.assign(this.progress, before);
      throw error;
    }
  }

  /**
   * Objects that no version names any more go, with the keys they were sealed under. What goes is written down before
   * it goes: whoever takes up the erasure of a process that died finds no object of which nobody knows what it was.
   */
  async disposePending(): Promise<void> {
    const { platform } = this.#parts.tools;
    const { objects, keys } = platform;
    for (const key of [...this.progress.pending]) {
      const stored = await objects.stat(key);
      if (stored !== null && !this.progress.objects.some((each) => each.key === key)) {
        const { bytes, sha256 } = stored;
        const key_destroyed = await keys.knows(objectContext(key));
        this.progress.objects.push({ key, bytes, sha256, key_destroyed });
        await this.#save(platform.db.sql);
      }
      await objects.delete(key);
    }
    if (this.progress.pending.length === 0) return;
    this.progress.pending = [];
    await this.#save(platform.db.sql);
  }

  /** Messages go after they are counted, each once. */
  async disposeMail(ids: readonly string[]): Promise<void> {
    const { platform } = this.#parts.tools;
    const fresh = ids.filter((id) => !this.progress.messages?.includes(id));
    if (fresh.length > 0) {
      this.progress.messages = [...(this.progress.messages ?? []), ...fresh];
      this.progress.mail += fresh.length;
      await this.#save(platform.db.sql);
    }
    for (const id of ids) await platform.mail.remove(this.#parts.ctx.actor.tenantId, id);
  }

  /** What became of something that was made from the data; said once, however often it is begun again. */
  treated(item: ErasureProgress['derived'][number]): void {
    const isSaid = this.progress.derived.some(({ kind, id }) => kind === item.kind && id === item.id);
    if (!isSaid) this.progress.derived.push(item);
  }

  /** Rows of anonymised versions that pseudonyms lead back from; before their source is gone. */
  async derivedVersions(): Promise<void> {
    const { tools, ctx, row, query } = this.#parts;
    const wanted = row.plan.derived.filter(
      ({ kind, treatment }) => kind === 'anonymised_version' && treatment === 'rewrite',
    );
    if (wanted.length === 0) return;
    const versions = await allVersions(tools.platform.db.sql, ctx.actor.tenantId);
    const sources = this.#leaving(versions);
    const made = await tools.platform.provenance.downstream(ctx, sources);
    for (const each of anonymisedFrom(made, versions, sources)) {
      const { linkable, dataset, version } = each;
      const step = `derived ${version.id}`;
      if (!wanted.some(({ id }) => id === version.id) || this.progress.done.includes(step)) continue;
      const source = versions.find((known) => known.version.id === linkable?.sourceVersionId);
      if (linkable === null || source === undefined) continue;
      const parameters = new Parameters();
      const ofSource = await testsOf(tools, source.version, query, parameters.quote);
      const tests = await pseudonymTests(tools, ctx, source, linkable, ofSource.own, parameters);
      const isCurrent = dataset.currentVersionId === version.id;
      if (tests.length === 0)
        await this.once(step, async () => {
          this.treated({ kind: 'anonymised_version', id: version.id, treatment: 'mark' });
        });
      else
        await this.#erase(
          step,
          each,
          [version],
          isCurrent ? { tests, replaced: [] } : null,
          0,
          'anonymised_version',
        );
      await this.disposePending();
    }
  }

  async datasets(onProgress: (fraction: number) => void): Promise<void> {
    const { tools, ctx, row } = this.#parts;
    for (const [index, planned] of row.plan.datasets.entries()) {
      onProgress(index / row.plan.datasets.length);
      const step = `dataset ${planned.dataset_id}`;
      if (this.progress.done.includes(step)) continue;
      const all = await allVersions(tools.platform.db.sql, ctx.actor.tenantId);
      const own = all.filter(({ dataset }) => dataset.id === planned.dataset_id);
      const [first] = own;
      const current = own.find(({ version, dataset }) => version.id === dataset.currentVersionId);
      if (first === undefined) continue;
      const treatment = decided(planned, row.decisions, current?.version.id);
      if (treatment === 'keep') continue;
      await this.#requireNoHold(first);
      const tainted = own
        .filter(({ version }) => planned.versions.some(({ version_id }) => version_id === version.id))
        .map(({ version }) => version);
      if (treatment === 'purge' || current === undefined)
        await this.#purge(
          step,
          first,
          own.map(({ version }) => version),
        );
      else {
        const isTainted = tainted.some(({ id }) => id === current.version.id);
        if (treatment === 'rewrite' && !isTainted)
          fail('CONFLICT', 'Data came in while the person was being erased. Look again, then erase.', {
            dataset_id: planned.dataset_id,
          });
        const rewriting = isTainted ? await this.#rewriting(planned, current.version) : null;
        await this.#erase(step, current, tainted, rewriting, planned.rows, 'dataset');
      }
      await this.disposePending();
    }
  }

  /** One may have been placed since the plan was made. */
  async #requireNoHold({ dataset }: DatasetWithVersion): Promise<void> {
    const { tools, ctx } = this.#parts;
    const { everything, datasets, persons } = await tools.retention.holdsOf(ctx.actor.tenantId);
    if (everything || datasets.includes(dataset.id) || persons.includes(dataset.createdBy))
      fail('CONFLICT', 'A legal hold was placed meanwhile. Look at the plan again.', {
        dataset_id: dataset.id,
      });
  }

  /** Source versions that are to go, of those that are still there. */
  #leaving(versions: readonly DatasetWithVersion[]): string[] {
    const { plan, decisions } = this.#parts.row;
    const there = new Map(versions.map(({ version, dataset }) => [version.id, dataset]));
    return plan.datasets
      .filter((each) => {
        const dataset = versions.find((known) => known.dataset.id === each.dataset_id)?.dataset;
        return decided(each, decisions, dataset?.currentVersionId) !== 'keep';
      })
      .flatMap((each) => each.versions.map(({ version_id }) => version_id))
      .filter((id) => there.has(id));
  }

  /** Rows of the person go unless only their words are to; words of theirs go from the rows of others. */
  async #rewriting({ dataset_id }: PlannedDataset, version: VersionRow): Promise<Rewriting> {
    const { tools, row, query } = this.#parts;
    const { own, replaced } = await testsOf(tools, version, query, quoteLiteral);
    return {
      tests: row.decisions.words_only_datasets.includes(dataset_id) ? [] : [own],
      replaced: replaced(),
    };
  }

  /** A new version where it is to be written anew, and the tainted ones gone. */
  async #erase(
    step: string,
    found: DatasetWithVersion,
    tainted: readonly VersionRow[],
    rewriting: Rewriting | null,
    rows: number,
    kind: 'dataset' | 'anonymised_version',
  ): Promise<void> {
    const { tools, ctx, jobId, row } = this.#parts;
    const { platform } = tools;
    const { documents } = tools;
    const parts = { platform, documents, ctx, jobId, erasureId: row.id, replace: this.replace };
    const rewritten =
      rewriting === null
        ? null
        : await rewriteVersion({ ...parts, uploadId: await this.#uploadOf(step) }, found, rewriting);
    if (rewritten !== null && rewritten.version === null) {
      const all = await allVersions(platform.db.sql, ctx.actor.tenantId);
      const own = all.filter(({ dataset }) => dataset.id === found.dataset.id);
      return this.#purge(
        step,
        found,
        own.map(({ version }) => version),
      );
    }
    const replacement = rewritten?.version ?? null;
    await this.once(step, async (tx) => {
      await lockRegistration(tx, ctx);
      await replacement?.register(tx);
      delete this.progress.rewriting?.[step];
      await this.#removeVersions(tx, tainted, replacement?.id ?? null, (version) =>
        version.id === found.version.id ? (rewritten?.removed ?? rows) : this.#rowsOf(version.id),
      );
      await recountVersions(tx, ctx.actor.tenantId, found.dataset.id);
      if (kind === 'anonymised_version') this.treated({ kind, id: found.version.id, treatment: 'rewrite' });
      await tools.audit.record(tx, ctx, {
        action: 'dataset.rows-erased',
        object: { kind: 'dataset', id: found.dataset.id },
        outcome: 'success',
        details: {
          erasure_id: row.id,
          rows: rewritten?.removed ?? 0,
          versions_removed: tainted.length,
          version_id: replacement?.id ?? null,
        },
      });
      if (replacement !== null)
        await platform.events.publish(tx, ctx, 'dataset.updated', found.dataset.id, {
          dataset_id: found.dataset.id,
        });
      await tools.caches.tell(tx, ctx.actor.tenantId);
    });
  }

  /** Under which id the file of a new version is kept; written down before it is. */
  async #uploadOf(step: string): Promise<string> {
    const known = this.progress.rewriting?.[step];
    if (known !== undefined) return known;
    const id = newId('upload');
    this.progress.rewriting = { ...this.progress.rewriting, [step]: id };
    await this.#save(this.#parts.tools.platform.db.sql);
    return id;
  }

  async #purge(step: string, found: DatasetWithVersion, versions: readonly VersionRow[]): Promise<void> {
    const { tools, ctx, row } = this.#parts;
    await this.once(step, async (tx) => {
      await lockRegistration(tx, ctx);
      await this.#removeVersions(tx, versions, null, (version) => this.#rowsOf(version.id));
      await removeDataset(tx, ctx.actor.tenantId, found.dataset.id);
      await tools.audit.record(tx, ctx, {
        action: 'dataset.purged',
        object: { kind: 'dataset', id: found.dataset.id },
        outcome: 'success',
        details: { erasure_id: row.id, versions_removed: versions.length },
      });
      if (found.dataset.deletedAt === null)
        await tools.platform.events.publish(tx, ctx, 'dataset.deleted', found.dataset.id, {
          dataset_id: found.dataset.id,
        });
      await tools.caches.tell(tx, ctx.actor.tenantId);
    });
  }

  async #removeVersions(
    tx: Sql,
    versions: readonly VersionRow[],
    replacedBy: string | null,
    rowsOf: (version: VersionRow) => number,
  ): Promise<void> {
    const { tools, ctx } = this.#parts;
    await deletePairs(
      tx,
      versions.map(({ id }) => id),
    );
    const { rawKeys, lakePrefixes } = await removeVersions(tx, ctx.actor.tenantId, versions);
    for (const version of versions)
      this.progress.versions.push({
        dataset_id: version.datasetId,
        version_id: version.id,
        number: version.number,
        rows_erased: rowsOf(version),
        content_sha256: version.contentSha256,
        source_sha256: version.sourceSha256,
        replaced_by: replacedBy,
      });
    this.progress.pending.push(...rawKeys);
    for (const prefix of lakePrefixes)
      for await (const key of tools.platform.objects.list(`${prefix}/`)) this.progress.pending.push(key);
  }

  #rowsOf(versionId: string): number {
    const { datasets } = this.#parts.row.plan;
    const all = datasets.flatMap(({ versions }) => versions);
    return all.find(({ version_id }) => version_id === versionId)?.rows ?? 0;
  }

  async #save(tx: Sql): Promise<void> {
    const { ctx, row } = this.#parts;
    await changeErasure(tx, ctx.actor.tenantId, row.id, { progress: this.progress });
  }
}
