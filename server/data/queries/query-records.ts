import { subtle } from 'node:crypto';
import type { Audit, AuditEntry } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import type { Platform } from '../../platform/platform.ts';
import type { EntityReference } from '../../platform/provenance/provenance-types.ts';
import type { DatasetWithVersion } from '../datasets/datasets.store.ts';
import { software } from '../software.ts';
import { insertQueries, type QueryRow, type StoredQuery } from './queries.store.ts';
import type { QueryResult } from './query-runner.ts';

export interface QueryRecord {
  ctx: Context;
  row: Omit<QueryRow, 'tenantId' | 'userId' | 'answerSha256' | 'provenanceId'>;
  datasets: DatasetWithVersion[];
  /** What provenance says beside the statement. */
  label?: string;
  parameters?: Record<string, unknown>;
  /** Null when the question could not be answered. */
  result: QueryResult | null;
  startedAt: Date;
  endedAt: Date;
}

const batchSize = 100;

export type QueryTexts = SealedTable<'question' | 'sql'>;

/**
 * Writes what was asked, and where each answer came from, behind the answers: one transaction for all that came
 * while the last one was written.
 */
export class QueryRecords {
  readonly #platform: Platform;
  readonly #audit: Audit;
  readonly #texts: QueryTexts;
  #pending: QueryRecord[] = [];
  #writing: Promise<void> | null = null;

  constructor(platform: Platform, audit: Audit, texts: QueryTexts) {
    this.#platform = platform;
    this.#audit = audit;
    this.#texts = texts;
  }

  /** Before anything is answered: what cannot be sealed could not be recorded. Throws KEYS_UNAVAILABLE. */
  async prepare({ actor }: Context): Promise<void> {
    await this.#texts.prepare(actor.tenantId);
    await this.#platform.provenance.prepare(actor.tenantId);
  }

  add(record: QueryRecord): void {
    this.#pending.push(record);
    this.#writing ??= acrossTenants('one transaction records what was asked, by whomever', () =>
      this.#drain(),
    );
  }

  /** Resolves when everything added so far is written. */
  async settled(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async #drain(): Promise<void> {
    // The answer goes out first.
    await new Promise(setImmediate);
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0, batchSize);
      try {
        await this.#write(batch);
      } catch (error) {
        const ids = batch.map(({ row }) => row.id);
        this.#platform.log.error({ err: error, query_ids: ids }, 'queries could not be recorded');
      }
    }
    this.#writing = null;
  }

  async #write(batch: QueryRecord[]): Promise<void> {
    const { db, provenance } = this.#platform;
    const hashes = await Promise.all(
      batch.map(({ result }) => (result === null ? null : hashAnswer(result))),
    );
    for (const { ctx } of batch) await this.prepare(ctx);
    await db.transaction(async (tx) => {
      const rows: StoredQuery[] = [];
      for (const [index, record] of batch.entries()) {
        const { ctx, row } = record;
        const answerSha256 = hashes[index] ?? null;
        const provenanceId =
          answerSha256 === null
            ? null
            : await provenance.record(tx, ctx, {
                kind: row.kind === 'natural' ? 'question' : 'query',
                label: record.label ?? row.question ?? 'SQL',
                parameters: {
                  question: row.question,
                  sql: row.sql,
                  answered_by: row.answeredBy,
                  ...record.parameters,
                },
                seed: null,
                software,
                startedAt: record.startedAt,
                endedAt: record.endedAt,
                inputs: record.datasets.map(inputOf),
                outputs: [
                  {
                    id: row.id,
                    kind: 'answer',
                    label: record.label ?? row.question ?? 'Answer',
                    sha256: answerSha256,
                    link: null,
                  },
                ],
              });
        const { tenantId, id: userId } = ctx.actor;
        const texts = await this.#texts.seal(tenantId, row.id, row);
        rows.push({ ...row, ...texts, tenantId, userId, answerSha256, provenanceId });
      }
      await insertQueries(tx, rows);
      await this.#audit.recordAll(
        tx,
        batch.map((record) => ({ who: record.ctx, entry: entryOf(record) })),
      );
    });
  }
}

/** The SQL and the question may quote what is in the data: only keyed hashes of them go on record. */
function entryOf({ row, datasets, result }: QueryRecord): AuditEntry {
  const [first] = datasets;
  return {
    action: row.kind === 'natural' ? 'question.asked' : 'query.run',
    object: { kind: 'query', id: row.id },
    outcome: result === null ? 'failure' : 'success',
    details: {
      datasets: datasets.length,
      dataset_id: first?.dataset.id ?? null,
      version_id: first?.version.id ?? null,
      rows: row.rowCount,
    },
    texts: { sql: row.sql, question: row.question },
  };
}

/** Off the main thread: an answer may be tens of megabytes. */
async function hashAnswer({ columns, rowsJson }: QueryResult): Promise<string> {
  const digest = await subtle.digest('SHA-256', Buffer.from(JSON.stringify(columns) + rowsJson));
  return Buffer.from(digest).toString('hex');
}

function inputOf({ dataset, version }: DatasetWithVersion): EntityReference {
  return {
    id: version.id,
    kind: 'dataset_version',
    label: `${dataset.name}, version ${version.number}`,
    sha256: version.contentSha256,
    link: `/api/v1/data/datasets/${dataset.id}/versions`,
  };
}
