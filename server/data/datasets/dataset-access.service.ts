import { randomBytes } from 'node:crypto';
import type { DatasetAccessDocument, DatasetRule, Sensitivity, Visibility } from '@stroma/contracts';
import type { ColumnSchema, JsonValue } from '@stroma/kernel';
import type { SqlSandbox } from '@stroma/lake';
import type { Access, Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatasetReads } from './dataset-reads.ts';
import {
  type DatasetVisibility,
  isWithin,
  requireWhole,
  rolesNamed,
  type SeenDataset,
} from './dataset-visibility.ts';
import { type DatasetWithVersion, findDataset, type NewAccess, setDatasetAccess } from './datasets.store.ts';
import type { LakeDocuments } from './lake-documents.ts';
import { ruleProblem } from './restrictions.ts';

interface AccessChange {
  sensitivity: Sensitivity;
  rules: DatasetRule[];
}

interface Tried {
  readable: boolean;
  visibility: Visibility;
  columns: ColumnSchema[];
  rows: JsonValue[][];
  visible_rows: number;
  total_rows: number;
}

export interface DatasetAccessTools {
  platform: Platform;
  audit: Audit;
  sandbox: SqlSandbox;
  documents: LakeDocuments;
  reads: DatasetReads;
  visibility: DatasetVisibility;
  clearanceOf: Access['clearanceOf'];
}

const triedRows = 20;

/** How sensitive datasets are, and who sees which rows and values of them. */
export class DatasetAccess {
  readonly #tools: DatasetAccessTools;

  constructor(tools: DatasetAccessTools) {
    this.#tools = tools;
  }

  async get(ctx: Context, id: string): Promise<DatasetAccessDocument> {
    return this.#document(ctx, await this.#find(ctx, id));
  }

  /** Throws NOT_FOUND, INVALID_INPUT for a rule that cannot hold for the present columns. */
  async set(ctx: Context, id: string, change: AccessChange): Promise<DatasetAccessDocument> {
    const found = await this.#find(ctx, id);
    checkRules(change.rules, found);
    const { db, events } = this.#tools.platform;
    const access: NewAccess = { ...change, pseudonymKey: await this.#keyFor(found, change.rules) };
    await db.transaction(async (tx) => {
      if (!(await setDatasetAccess(tx, ctx, id, access))) notFound(id);
      await events.publish(tx, ctx, 'dataset.updated', id, { dataset_id: id });
      const { sensitivity, rules } = found.dataset;
      await this.#tools.audit.record(tx, ctx, {
        action: 'dataset.classified',
        object: { kind: 'dataset', id },
        outcome: 'success',
        before: { sensitivity, rules },
        after: change,
        details: {
          sensitivity_before: sensitivity,
          sensitivity: change.sensitivity,
          row_filters: change.rules.filter(({ kind }) => kind === 'rows').length,
          masks: change.rules.filter(({ kind }) => kind === 'mask').length,
        },
      });
    });
    this.#tools.reads.forget(ctx.actor.tenantId);
    return this.get(ctx, id);
  }

  /** What a role would see under rules that are not set. Throws FORBIDDEN for who sees a part themselves. */
  async try(
    ctx: Context,
    id: string,
    { sensitivity, rules, role, site }: AccessChange & { role: string; site: string | null },
  ): Promise<Tried> {
    const found = await this.#find(ctx, id);
    requireWhole(await this.#tools.visibility.see(ctx, found), 'what others see of it');
    checkRules(rules, found);
    const pseudonymKey = await this.#keyFor(found, rules);
    const tried = { ...found, dataset: { ...found.dataset, sensitivity, rules, pseudonymKey } };
    const reader = { roles: rolesNamed(role), userId: '', sites: site === null ? [] : [site] };
    const seen = await this.#tools.visibility.seeAs(reader, tried);
    const readable = isWithin(sensitivity, await this.#tools.clearanceOf(ctx.actor.tenantId, role));
    const shown = readable ? await this.#rows(ctx, seen) : { rows: [], visible: 0 };
    return {
      readable,
      visibility: seen.visibility,
      columns: seen.version.columns,
      rows: shown.rows,
      visible_rows: shown.visible,
      total_rows: found.version.rows,
    };
  }

  async #rows(ctx: Context, seen: SeenDataset): Promise<{ rows: JsonValue[][]; visible: number }> {
    const { sandbox, documents } = this.#tools;
    const source = {
      name: 'dataset',
      path: await documents.path(seen.version, 'data.parquet'),
      ...(seen.restriction === null ? {} : { restriction: seen.restriction }),
    };
    const options = { signal: ctx.signal, caller: `access:${ctx.actor.id}` };
    const [first, counted] = await Promise.all([
      sandbox.query(`SELECT * FROM dataset LIMIT ${triedRows}`, [source], options),
      sandbox.query('SELECT count(*) FROM dataset', [source], options),
    ]);
    return { rows: first.rows, visible: Number(counted.rows[0]?.[0]) };
  }

  /** Made once for a dataset and kept, so that a person has the same pseudonym in every version. */
  async #keyFor({ dataset }: DatasetWithVersion, rules: DatasetRule[]): Promise<string | null> {
    const isNeeded = rules.some((rule) => rule.kind === 'mask' && rule.mask.kind === 'pseudonym');
    if (dataset.pseudonymKey !== null || !isNeeded) return dataset.pseudonymKey;
    const sealed = await this.#tools.platform.keys.encrypt(randomBytes(32), 'dataset-pseudonyms', dataset.id);
    return Buffer.from(sealed).toString('base64');
  }

  async #document(ctx: Context, found: DatasetWithVersion): Promise<DatasetAccessDocument> {
    const { dataset } = found;
    const { visibility } = await this.#tools.visibility.see(ctx, found);
    const mayChange = ctx.actor.permissions.has('policies:write');
    return {
      dataset_id: dataset.id,
      sensitivity: dataset.sensitivity,
      rules: mayChange ? dataset.rules : [],
      yours: visibility,
      may_change: mayChange,
      updated_at: dataset.updatedAt.toISOString(),
    };
  }

  async #find(ctx: Context, id: string): Promise<DatasetWithVersion> {
    const found = await findDataset(this.#tools.platform.db.sql, ctx, id);
    if (found === null) return notFound(id);
    await this.#tools.visibility.require(ctx, 'datasets:read', found.dataset);
    return found;
  }
}

function checkRules(rules: readonly DatasetRule[], { version }: DatasetWithVersion): void {
  rules.forEach((rule, index) => {
    const problem = ruleProblem(rule, version.columns);
    if (problem !== null) fail('INVALID_INPUT', `Rule ${index + 1}: ${problem}`, { field: `rules.${index}` });
  });
}

const notFound = (id: string): never => fail('NOT_FOUND', 'There is no such dataset.', { dataset_id: id });
