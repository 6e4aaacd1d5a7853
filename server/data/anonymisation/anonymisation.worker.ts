import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type {
  AnonymisationPreview,
  AnonymisationResult,
  PrivacyModelDocument,
  RiskReport,
} from '@stroma/contracts';
import type { ColumnSchema, TableProfile } from '@stroma/kernel';
import { type DuckDb, openDuckDb, quoteIdentifier } from '@stroma/lake';
import { type ColumnSample, detectColumns, riskOf } from '@stroma/privacy';
import { serveTask, type TaskContext } from '../../platform/threads/serve-task.ts';
import { applyModel } from './anonymisation.model.ts';
import { type ColumnPlan, personColumnOf, proposedAction } from './anonymisation.plan.ts';
import { AnonymisedTable, text } from './anonymisation.table.ts';

export interface AnonymiseInput {
  parquet: string;
  schema: readonly ColumnSchema[];
  profile: TableProfile;
  /** Null only looks. */
  plan: readonly ColumnPlan[] | null;
  model: PrivacyModelDocument | null;
  /** 32 bytes. */
  key: Uint8Array | null;
  /** Where the result is written; null tries it and writes nothing. */
  target: string | null;
  /** For spilling; removed at the end. */
  folder: string;
  memoryMb: number;
}

export interface AnonymiseOutput {
  columns: AnonymisationPreview['columns'];
  riskBefore: RiskReport | null;
  after: AnonymisationPreview['after'];
  rows: number;
  suppressedRows: number;
  leaks: AnonymisationResult['leaks'];
}

const sampled = 1000;
const shownRows = 20;

serveTask(async (input: AnonymiseInput, task: TaskContext): Promise<AnonymiseOutput> => {
  const spill = join(input.folder, 'spill');
  using db = await openDuckDb({
    memoryMb: input.memoryMb,
    threads: Math.min(8, availableParallelism()),
    tempFolder: spill,
  });
  const stop = () => db.connection.interrupt();
  task.signal.addEventListener('abort', stop, { once: true });
  try {
    return await run(db, input, task);
  } finally {
    task.signal.removeEventListener('abort', stop);
    await rm(spill, { recursive: true, force: true });
  }
});

async function run(db: DuckDb, input: AnonymiseInput, task: TaskContext): Promise<AnonymiseOutput> {
  const plan =
    input.plan ?? input.schema.map(({ name }) => ({ column: name, action: { kind: 'keep' as const } }));
  const table = new AnonymisedTable(db, input.schema, plan, input.key);
  await table.open(input.parquet, task.signal, (fraction) =>
    task.progress(fraction * 0.6, 'changing values'),
  );
  const columns = input.target === null ? await lookAt(db, input) : [];
  const quasi = quasiIdentifiers(input, columns);
  const riskBefore = await risk(db, 'source', quasi, input.model?.k ?? 5);
  if (input.plan === null)
    return { columns, riskBefore, after: null, rows: input.profile.rows, suppressedRows: 0, leaks: [] };
  const chosen = plan.filter(({ action }) => action.kind === 'quasi_identifier');
  task.progress(0.65, 'searching');
  const modelled =
    input.model === null || chosen.length === 0
      ? null
      : await applyModel(db, table, chosen, input.model, input.profile, task.signal);
  const relation = modelled?.relation ?? 'mapped';
  task.progress(0.8, 'writing');
  const rows =
    input.target === null
      ? input.profile.rows - (modelled?.loss.suppressed_rows ?? 0)
      : await table.write(relation, input.target);
  const still = quasi.filter((name) => table.kept.some(({ column }) => column === name));
  const riskAfter = await risk(db, relation, still, input.model?.k ?? 5);
  return {
    columns,
    riskBefore,
    after: {
      ...(await table.first(relation, input.target === null ? shownRows : 0)),
      risk: riskAfter,
      loss: modelled?.loss ?? null,
      levels: modelled?.levels ?? [],
      diversity: modelled?.diversity ?? [],
    },
    rows,
    suppressedRows: modelled?.loss.suppressed_rows ?? 0,
    leaks: input.target === null ? [] : await table.leaks(),
  };
}

/** Those chosen; where none are, those found. */
function quasiIdentifiers({ plan }: AnonymiseInput, columns: AnonymisationPreview['columns']): string[] {
  const chosen = (plan ?? [])
    .filter(({ action }) => action.kind === 'quasi_identifier')
    .map(({ column }) => column);
  if (chosen.length > 0) return chosen;
  return columns.filter(({ finding }) => finding?.role === 'quasi').map(({ name }) => name);
}

async function risk(
  db: DuckDb,
  relation: string,
  quasi: readonly string[],
  k: number,
): Promise<RiskReport | null> {
  if (quasi.length === 0) return null;
  const names = quasi.map(quoteIdentifier).join(', ');
  const found = await db.rows(
    `SELECT size, count(*) FROM (SELECT count(*) AS size FROM ${relation} GROUP BY ${names}) GROUP BY size ORDER BY size`,
  );
  const classes = {
    sizes: found.map(([size]) => Number(size)),
    counts: found.map(([, count]) => Number(count)),
  };
  return { quasi_identifiers: [...quasi], ...riskOf(classes, k) };
}

async function lookAt(
  db: DuckDb,
  { schema, profile }: AnonymiseInput,
): Promise<AnonymisationPreview['columns']> {
  const samples: ColumnSample[] = [];
  for (const { name, type } of schema) {
    const found = profile.columns.find((column) => column.name === name);
    const values =
      type === 'nested' || type === 'binary'
        ? [['']]
        : await db.rows(
            `SELECT value FROM (SELECT DISTINCT ${text(name)} AS value FROM source WHERE ${quoteIdentifier(name)} IS NOT NULL) ORDER BY hash(value) LIMIT ${sampled}`,
          );
    const bound = (value: unknown) => (typeof value === 'number' ? value : null);
    samples.push({
      name,
      type,
      rows: profile.rows,
      nulls: found?.nulls ?? 0,
      distinct: found?.distinct ?? 0,
      values: values.map(([value]) => String(value)),
      min: bound(found?.min),
      max: bound(found?.max),
    });
  }
  const findings = detectColumns(samples);
  const person = personColumnOf(findings);
  const thisYear = new Date().getUTCFullYear();
  return schema.map((column, index) => {
    const finding = findings.find((each) => each.column === column.name) ?? null;
    return {
      ...column,
      distinct: samples[index]?.distinct ?? 0,
      finding,
      proposed: proposedAction(column, finding, person, thisYear),
    };
  });
}
