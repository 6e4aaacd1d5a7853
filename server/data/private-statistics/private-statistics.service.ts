import { createHash, randomBytes } from 'node:crypto';
import type { LedgerEntry, PrivacyBudget, PrivateStatisticsRequest } from '@stroma/contracts';
import { openDuckDb } from '@stroma/lake';
import { addNoise, type Budget, costOf, halfOf, isWithin, type RandomBytes, spentBy } from '@stroma/privacy';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { readCursor, toPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { requireWhole, type SeenDataset } from '../datasets/dataset-visibility.ts';
import type { Datasets, Page } from '../datasets/datasets.service.ts';
import type { LakeDocuments } from '../datasets/lake-documents.ts';
import { stableJson } from '../datasets/version-identity.ts';
import { answerOf, type Counted, checkQuestion, count, stepOf } from './private-statistics.exact.ts';
import {
  costsOf,
  findAnswered,
  findBudget,
  insertEntry,
  type LedgerRow,
  listEntries,
  lockLedger,
  saveBudget,
} from './private-statistics.store.ts';

export interface PrivateStatisticsTools {
  platform: Platform;
  audit: Audit;
  datasets: Pick<Datasets, 'resolve'>;
  documents: LakeDocuments;
  /** Where noise comes from; the system's own randomness unless given. */
  noiseBytes?: RandomBytes;
}

interface Asked {
  entry: LedgerEntry;
  repeated: boolean;
  budget: PrivacyBudget;
}

/** Statistics with noise, and the ledger of what they cost; one ledger for all versions of a dataset. */
export class PrivateStatistics {
  readonly #tools: PrivateStatisticsTools;
  readonly #bytes: RandomBytes;

  constructor(tools: PrivateStatisticsTools) {
    this.#tools = tools;
    this.#bytes = tools.noiseBytes ?? ((length) => randomBytes(length));
  }

  /** Throws PRIVACY_BUDGET_SPENT, CONFLICT when no budget is set. */
  async ask(ctx: Context, request: PrivateStatisticsRequest): Promise<Asked> {
    const seen = await this.#whole(ctx, request.dataset_id, request.version_id);
    checkQuestion(request, seen.version.columns);
    const question = { ...request, version_id: seen.version.id };
    const key = createHash('sha256').update(stableJson(question)).digest('hex');
    const { db } = this.#tools.platform;
    const known = await findAnswered(db.sql, ctx, request.dataset_id, key);
    if (known !== null) return this.#answered(db.sql, ctx, known, true);
    const counted = await this.#count(seen, question, ctx.signal);
    return db.transaction(async (tx) => {
      await lockLedger(tx, ctx, request.dataset_id);
      const meanwhile = await findAnswered(tx, ctx, request.dataset_id, key);
      if (meanwhile !== null) return this.#answered(tx, ctx, meanwhile, true);
      await this.#requireLeft(tx, ctx, question);
      const row = this.#row(ctx, seen, question, key, counted);
      await insertEntry(tx, row);
      await this.#tools.audit.record(tx, ctx, {
        action: 'private-statistic.asked',
        object: { kind: 'dataset', id: request.dataset_id },
        outcome: 'success',
        after: question,
        details: {
          entry_id: row.id,
          statistic: question.statistic.kind,
          epsilon: row.epsilon,
          delta: row.delta,
        },
      });
      return this.#answered(tx, ctx, row, false);
    });
  }

  async budget(ctx: Context, datasetId: string): Promise<PrivacyBudget> {
    await this.#tools.datasets.resolve(ctx, datasetId);
    return this.#budget(this.#tools.platform.db.sql, ctx, datasetId);
  }

  /** Throws CONFLICT when answers were given under the other way of adding up. */
  async setBudget(ctx: Context, datasetId: string, budget: Budget): Promise<PrivacyBudget> {
    await this.#whole(ctx, datasetId);
    if (budget.composition === 'zcdp' && budget.delta === 0)
      fail('INVALID_INPUT', 'Expected a delta above 0 with the composition "zcdp".', { field: 'delta' });
    return this.#tools.platform.db.transaction(async (tx) => {
      await lockLedger(tx, ctx, datasetId);
      const before = await findBudget(tx, ctx, datasetId);
      const costs = await costsOf(tx, ctx, datasetId);
      if (before !== null && costs.length > 0 && before.composition !== budget.composition)
        fail('CONFLICT', `Answers were given under "${before.composition}"; how they are added up stays.`, {
          composition: before.composition,
        });
      await saveBudget(tx, ctx, datasetId, budget);
      await this.#tools.audit.record(tx, ctx, {
        action: 'privacy-budget.set',
        object: { kind: 'dataset', id: datasetId },
        outcome: 'success',
        before,
        after: budget,
        details: { ...budget },
      });
      return this.#budget(tx, ctx, datasetId);
    });
  }

  async ledger(
    ctx: Context,
    datasetId: string,
    query: { limit: number; cursor?: string | undefined },
  ): Promise<Page<LedgerEntry>> {
    await this.#tools.datasets.resolve(ctx, datasetId);
    const { sql } = this.#tools.platform.db;
    const rows = await listEntries(sql, ctx, datasetId, query.limit + 1, readCursor(query.cursor));
    return toPage(rows, query.limit, (row) => [row.askedAt.toISOString(), row.id], entryDocument);
  }

  async #count(seen: SeenDataset, question: PrivateStatisticsRequest, signal: AbortSignal): Promise<Counted> {
    const path = await this.#tools.documents.path(seen.version, 'data.parquet');
    using db = await openDuckDb({
      memoryMb: 512,
      threads: 2,
      tempFolder: this.#tools.platform.scratchFolder,
    });
    const stop = () => db.connection.interrupt();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await count(db, path, question);
    } catch (cause) {
      signal.throwIfAborted();
      return fail('INVALID_INPUT', 'A value of `where` does not fit its column.', { field: 'where' }, cause);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async #requireLeft(tx: Sql, ctx: Context, { dataset_id, noise }: PrivateStatisticsRequest): Promise<void> {
    const budget = await findBudget(tx, ctx, dataset_id);
    if (budget === null)
      fail('CONFLICT', 'This dataset has no privacy budget yet. Set one first.', { dataset_id });
    const costs = await costsOf(tx, ctx, dataset_id);
    if (isWithin([...costs, costOf(noise)], budget)) return;
    const spent = spentBy(costs, budget);
    fail(
      'PRIVACY_BUDGET_SPENT',
      `The question costs epsilon ${noise.epsilon}; of ${budget.epsilon} there is ${Math.max(0, budget.epsilon - spent.epsilon).toPrecision(3)} left, of delta ${Math.max(0, budget.delta - spent.delta).toPrecision(3)}. Ask for more noise, or have the budget raised.`,
      { epsilon: budget.epsilon, spent_epsilon: spent.epsilon },
    );
  }

  #row(
    ctx: Context,
    { dataset, version }: SeenDataset,
    question: PrivateStatisticsRequest,
    key: string,
    { values, most, labels }: Counted,
  ): LedgerRow {
    const { statistic, noise, rows_per_person: rows } = question;
    const isMean = statistic.kind === 'mean';
    const part = isMean ? halfOf(noise) : noise;
    const noisy = isMean
      ? [
          addNoise(values.slice(0, 1), { l1: most, l2: most }, part, this.#bytes),
          addNoise(values.slice(1), { l1: rows, l2: rows }, part, this.#bytes),
        ]
      : [addNoise(values, { l1: most, l2: most }, part, this.#bytes)];
    const unit = statistic.kind === 'sum' || isMean ? stepOf(statistic.bounds) : 1;
    return {
      id: newId('privacyEntry'),
      tenantId: ctx.actor.tenantId,
      datasetId: dataset.id,
      versionId: version.id,
      questionSha256: key,
      question,
      ...costOf(noise),
      answer: {
        values: answerOf(
          statistic,
          noisy.flatMap((each) => each.values),
        ),
        labels,
        noise_95: noisy.map((each, index) => each.noise_95 * (index === 0 ? unit : 1)),
      },
      askedBy: ctx.actor.id,
      askedAt: new Date(),
    };
  }

  async #answered(db: Sql, ctx: Context, row: LedgerRow, repeated: boolean): Promise<Asked> {
    return { entry: entryDocument(row), repeated, budget: await this.#budget(db, ctx, row.datasetId) };
  }

  async #budget(db: Sql, ctx: Context, datasetId: string): Promise<PrivacyBudget> {
    const [budget, costs] = [await findBudget(db, ctx, datasetId), await costsOf(db, ctx, datasetId)];
    const { epsilon, delta, composition } = budget ?? { epsilon: 0, delta: 0, composition: 'basic' as const };
    const spent = spentBy(costs, { epsilon, delta, composition });
    return {
      dataset_id: datasetId,
      epsilon,
      delta,
      composition,
      spent_epsilon: spent.epsilon,
      spent_delta: spent.delta,
      left_epsilon: Math.max(0, epsilon - spent.epsilon),
      questions: costs.length,
    };
  }

  async #whole(ctx: Context, datasetId: string, versionId?: string): Promise<SeenDataset> {
    const seen = await this.#tools.datasets.resolve(ctx, datasetId, versionId);
    requireWhole(seen, 'statistics over all of it');
    return seen;
  }
}

function entryDocument(row: LedgerRow): LedgerEntry {
  return {
    entry_id: row.id,
    dataset_id: row.datasetId,
    version_id: row.versionId,
    statistic: row.question.statistic,
    mechanism: row.question.noise.mechanism,
    epsilon: row.epsilon,
    delta: row.delta,
    rho: row.rho,
    answer: row.answer,
    asked_by: row.askedBy,
    asked_at: row.askedAt.toISOString(),
  };
}
