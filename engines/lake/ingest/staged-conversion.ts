import type { ColumnSchema } from '@stroma/kernel';
import { StromaError } from '@stroma/kernel';
import { type DuckDb, quoteIdentifier } from '../duckdb.ts';
import type { ColumnPlan } from './column-plan.ts';
import { anyMisfit, quickTest, sqlType, valueExpression } from './column-sql.ts';
import { countMisfitRows, type TypedColumn, typeColumns } from './column-typing.ts';
import type { IngestContext } from './ingest-context.ts';
import { checkColumnTypes } from './ingest-overrides.ts';
import type { Decision, IngestDecisions } from './ingest-report.ts';
import { writeParquet } from './parquet-output.ts';
import { rejectMisfits, type StagedTable } from './staged-table.ts';

/** What is decided while a table is read; the order of its rows is decided once it stands. */
export type TableDecisions = Omit<IngestDecisions, 'row_order'>;

export interface ConvertedTable {
  rows: number;
  columns: ColumnSchema[];
  decisions: TableDecisions;
}

type LayoutDecisions = Omit<
  TableDecisions,
  'decimal' | 'thousands' | 'date_order' | 'null_values' | 'columns'
>;

/** Types a staged table of text, writes what fits as Parquet and sends the rest to the rejects. */
export async function convertStaged(
  context: IngestContext,
  db: DuckDb,
  staged: StagedTable,
  layout: LayoutDecisions,
  target: string,
): Promise<ConvertedTable> {
  const { overrides, signal } = context;
  checkColumnTypes(
    overrides,
    staged.columns.map((column) => column.name),
  );
  context.progress(0.35, 'choosing types');
  const relation = await countedRelation(db, staged);
  const typed = await typeColumns(db, relation, staged.columns, staged.sample, overrides, signal);
  if (staged.records !== null && typed.records !== staged.records) {
    throw new StromaError(
      'INTERNAL',
      `Expected ${staged.records} records, the engine read ${typed.records}.`,
      {
        expected: staged.records,
        read: typed.records,
      },
    );
  }
  context.progress(0.6, 'writing');
  const misfits = await countMisfitRows(db, relation, typed);
  const kept = dropNamelessColumns(context, typed.columns, typed.records);
  await writeRows(db, staged, kept, misfits > 0 ? anyMisfit(typed.columns) : null, target);
  context.progress(0.8, 'collecting the rejects');
  if (misfits > 0) {
    const { limits } = context;
    await rejectMisfits(db, staged, typed, context.rejects, { ...limits, signal });
  }
  warnAboutValues(context, typed.columns);
  return {
    rows: typed.records - misfits,
    columns: kept.map(({ name, plan }) => ({ name, type: plan.type })),
    decisions: { ...layout, ...valueDecisions(context, kept) },
  };
}

const wideColumns = 400;
/** Past it a copy costs more memory than it saves time: the engine keeps a block for every column. */
const widestCopy = 2000;

/** What columns are counted over: of a wide table a copy in the engine, as each of its many queries would parse all of it. */
async function countedRelation(db: DuckDb, staged: StagedTable): Promise<string> {
  if (staged.columns.length <= wideColumns || staged.columns.length > widestCopy) return staged.relation();
  await db.run(`CREATE OR REPLACE TEMP TABLE staged AS SELECT * FROM ${staged.relation()}`);
  return 'staged';
}

/** Lets the CSV reader itself make the values of columns whose every text is the usual spelling of its type. */
async function writeRows(
  db: DuckDb,
  staged: StagedTable,
  columns: TypedColumn[],
  misfit: string | null,
  target: string,
): Promise<void> {
  const list = columns.map(({ name, plan, column, suspicious }) => {
    const asRead = !suspicious && quickTest(plan, column) !== null;
    return {
      sql: `${asRead ? column : valueExpression(plan, column)} AS ${quoteIdentifier(name)}`,
      asRead,
      plan,
      column,
    };
  });
  const types = new Map(
    list.filter(({ asRead }) => asRead).map(({ plan, column }) => [Number(column.slice(1)), sqlType(plan)]),
  );
  const where = misfit === null ? '' : ` WHERE NOT (${misfit})`;
  await writeParquet(
    db,
    `SELECT ${list.map(({ sql }) => sql).join(', ')} FROM ${staged.relation(types)}${where}`,
    target,
  );
}

/** Columns without a name and without a value come from trailing delimiters: nobody misses them. */
function dropNamelessColumns(context: IngestContext, columns: TypedColumn[], records: number): TypedColumn[] {
  if (records === 0) return columns;
  const kept = columns.filter((column) => !(column.unnamed && column.values === 0));
  if (kept.length === 0) return columns;
  context.warn(
    'empty-columns',
    'Columns without a name and without a value were left out.',
    columns.length - kept.length,
  );
  return kept;
}

function valueDecisions(
  context: IngestContext,
  columns: TypedColumn[],
): Pick<IngestDecisions, 'decimal' | 'thousands' | 'date_order' | 'null_values' | 'columns'> {
  const { overrides } = context;
  const formats = columns.flatMap(({ plan: { reader } }) => ('format' in reader ? [reader.format] : []));
  const commas = columns.filter(
    ({ plan: { reader } }) => reader.kind === 'number' && reader.format.decimal === ',',
  );
  const grouped = columns.filter(
    ({ plan: { reader } }) => 'format' in reader && reader.format.thousands !== '',
  );
  const thousands = grouped[0]?.plan.reader;
  const nulls = [...new Set(columns.flatMap((column) => column.nullsSeen))].sort();
  const nullColumns = columns.filter((column) => column.nullsSeen.length > 0).map((column) => column.name);
  const list = (names: TypedColumn[]) =>
    names
      .slice(0, 5)
      .map((column) => `"${column.name}"`)
      .join(', ');
  const given = 'Set by the user.';
  return {
    decimal:
      overrides.decimal !== undefined
        ? { value: overrides.decimal, reason: given, given: true }
        : commas.length > 0
          ? { value: ',', reason: `A comma is the decimal sign in ${list(commas)}.`, given: false }
          : {
              value: '.',
              reason: formats.length > 0 ? 'No number has a decimal comma.' : 'There are no numbers.',
              given: false,
            },
    thousands:
      overrides.thousands !== undefined
        ? { value: overrides.thousands, reason: given, given: true }
        : thousands && 'format' in thousands
          ? {
              value: thousands.format.thousands,
              reason: `It groups the digits in ${list(grouped)}.`,
              given: false,
            }
          : { value: '', reason: 'No number has its digits grouped.', given: false },
    date_order: dateDecision(columns, overrides.date_order),
    null_values:
      overrides.null_values !== undefined
        ? { value: overrides.null_values, reason: given, given: true }
        : {
            value: nulls,
            reason:
              nulls.length > 0
                ? `Read as missing in ${nullColumns.slice(0, 10).join(', ')}.`
                : 'Only empty cells are missing.',
            given: false,
          },
    columns: columns.map(({ name, original, plan }) => ({
      name,
      original_name: original,
      type: { value: plan.type, reason: plan.reason, given: overrides.column_types?.[name] !== undefined },
    })),
  };
}

function dateDecision(
  columns: TypedColumn[],
  given: 'ymd' | 'dmy' | 'mdy' | undefined,
): Decision<'ymd' | 'dmy' | 'mdy'> | null {
  if (given) return { value: given, reason: 'Set by the user.', given: true };
  const ordered =
    columns.find(({ plan }) => plan.dateOrder && !plan.dateOrder.ambiguous) ??
    columns.find(({ plan }) => plan.dateOrder);
  if (ordered?.plan.dateOrder) {
    return {
      value: ordered.plan.dateOrder.order,
      reason: `${ordered.plan.dateOrder.reason} (column "${ordered.name}")`,
      given: false,
    };
  }
  const isDate = ({ reader }: ColumnPlan) => reader.kind === 'date' || reader.kind === 'timestamp';
  return columns.some(({ plan }) => isDate(plan))
    ? { value: 'ymd', reason: 'All dates name the year first or spell the month.', given: false }
    : null;
}

function warnAboutValues(context: IngestContext, columns: TypedColumn[]): void {
  const { warn } = context;
  const formulas = columns.filter((column) => column.formulaLike > 0);
  const names = (list: TypedColumn[]) =>
    list
      .slice(0, 5)
      .map((column) => `"${column.name}"`)
      .join(', ');
  warn(
    'formula-like-text',
    `Cells of ${names(formulas)} start like spreadsheet formulas; they are kept as text and never run.`,
    formulas.reduce((sum, column) => sum + column.formulaLike, 0),
  );
  const ambiguous = columns.filter(({ plan }) => plan.dateOrder?.ambiguous);
  warn(
    'ambiguous-dates',
    `Day and month cannot be told apart in ${names(ambiguous)}: ${ambiguous[0]?.plan.dateOrder?.reason ?? ''} Set "date_order" if it is otherwise.`,
    ambiguous.length,
  );
  const units = columns.filter(({ plan: { reader } }) => 'unit' in reader && reader.unit !== null);
  warn('units-removed', `Units were taken off the numbers of ${names(units)}.`, units.length);
  const padded = columns.filter((column) => column.padded > 0);
  warn(
    'trimmed-spaces',
    `Spaces around the texts of ${names(padded)} were removed.`,
    padded.reduce((sum, column) => sum + column.padded, 0),
  );
  const renamed = columns.filter((column) => column.original !== null);
  warn(
    'renamed-columns',
    `Headers that were empty, repeated or not tidy were renamed: ${names(renamed)}.`,
    renamed.length,
  );
}
