import type {
  AnonymisationPreview,
  AnonymisationResult,
  LossReport,
  PrivacyModelDocument,
} from '@stroma/contracts';
import { StromaError, type TableProfile } from '@stroma/kernel';
import { type DuckDb, quoteIdentifier } from '@stroma/lake';
import {
  diversityOf,
  generaliseFully,
  lossOf,
  partition,
  type QuasiColumn,
  type QuasiTable,
  type Recoding,
  type SensitiveColumn,
} from '@stroma/privacy';
import { type ColumnPlan, hierarchyOf, ownHierarchy } from './anonymisation.plan.ts';
import { type AnonymisedTable, rowNumber, text } from './anonymisation.table.ts';

export interface Modelled {
  /** Has the columns of `mapped`, without the rows that were left out. */
  relation: string;
  loss: LossReport;
  levels: AnonymisationResult['levels'];
  diversity: NonNullable<AnonymisationPreview['after']>['diversity'];
}

const missing = "chr(1) || 'missing'";
const mostSensitive = 5000;
const mostCells = 20_000_000;

/** Makes quasi-identifiers as coarse as the model needs: `modelled` is `mapped` after it. Throws UNPROCESSABLE. */
export async function applyModel(
  db: DuckDb,
  table: AnonymisedTable,
  quasi: readonly ColumnPlan[],
  model: PrivacyModelDocument,
  profile: TableProfile,
  signal: AbortSignal,
): Promise<Modelled> {
  await codeRows(db, quasi);
  const quasiTable: QuasiTable = await readTable(db, table, quasi, model, profile);
  const criteria = { k: model.k, l: model.l, t: model.t };
  const recoding = search(quasiTable, model, criteria, signal);
  if (recoding === null)
    throw new StromaError(
      'UNPROCESSABLE',
      'No way of making these columns coarser holds the model, not even leaving them out. Choose a smaller k or l, a larger t, or allow more rows to be left out.',
      { k: model.k },
    );
  const chosen = recoding.levels;
  await writeRecoding(db, table, quasi, recoding);
  return {
    relation: 'modelled',
    loss: lossOf(recoding, model.k),
    levels:
      chosen === null
        ? []
        : quasiTable.columns.map(({ name, hierarchy }, index) => ({
            column: name,
            level: chosen[index] ?? 0,
            levels: hierarchy.levels,
          })),
    diversity: quasiTable.sensitive.map((column) => diversityIn(recoding, column)),
  };
}

function search(
  table: QuasiTable,
  { method, suppression_limit }: PrivacyModelDocument,
  criteria: { k: number; l: PrivacyModelDocument['l']; t: number | null },
  signal: AbortSignal,
): Recoding | null {
  if (method === 'mondrian') return partition(table, criteria, signal);
  const nodes = table.columns.reduce((product, { hierarchy }) => product * (hierarchy.levels + 1), 1);
  if (nodes > 1_000_000)
    throw new StromaError(
      'UNPROCESSABLE',
      `Expected at most a million combinations of levels, these columns have ${nodes}. Choose fewer quasi-identifiers or the method "mondrian".`,
    );
  return generaliseFully(table, { ...criteria, suppressionLimit: suppression_limit, signal });
}

/** `dict_i`: the values of a column with their place; `coded`: of each row the places; `combos`: each combination once. */
async function codeRows(db: DuckDb, quasi: readonly ColumnPlan[]): Promise<void> {
  for (const [index, { column }] of quasi.entries()) {
    const name = quoteIdentifier(column);
    await db.run(
      `CREATE TABLE dict_${index} AS SELECT value, (row_number() OVER (ORDER BY least) - 1)::INTEGER AS code
       FROM (SELECT coalesce(${text(column)}, ${missing}) AS value, min(${name}) AS least FROM source GROUP BY 1)`,
    );
  }
  const codes = quasi.map((_, index) => `dict_${index}.code AS c${index}`);
  const joins = quasi.map(
    ({ column }, index) =>
      `JOIN dict_${index} ON coalesce(${text(column, 'source')}, ${missing}) = dict_${index}.value`,
  );
  await db.run(
    `CREATE TABLE coded AS SELECT source.${rowNumber} AS row_at, ${codes.join(', ')} FROM source ${joins.join(' ')}`,
  );
  const places = quasi.map((_, index) => `c${index}`).join(', ');
  await db.run(
    `CREATE TABLE combos AS SELECT (row_number() OVER (ORDER BY ${places}) - 1)::INTEGER AS combo, ${places}, count(*)::INTEGER AS n
     FROM coded GROUP BY ${places} ORDER BY combo`,
  );
}

async function readTable(
  db: DuckDb,
  table: AnonymisedTable,
  quasi: readonly ColumnPlan[],
  model: PrivacyModelDocument,
  profile: TableProfile,
): Promise<QuasiTable> {
  const [count] = await db.row('SELECT count(*) FROM combos');
  const combinations = Number(count);
  if (combinations * quasi.length > mostCells)
    throw new StromaError(
      'UNPROCESSABLE',
      `The quasi-identifiers have ${combinations} combinations. Choose fewer.`,
    );
  const names = quasi.map((_, index) => `c${index}`);
  const [weights, ...codes] = await readIntegers(
    db,
    `SELECT n, ${names.join(', ')} FROM combos ORDER BY combo`,
    combinations,
  );
  const columns: QuasiColumn[] = [];
  for (const [index, { column, action }] of quasi.entries()) {
    const type = table.typeOf(column);
    const rows = await db.rows(
      `SELECT CASE WHEN value <> ${missing} THEN value END FROM dict_${index} ORDER BY code`,
    );
    const values = rows.map(([value]) => (value === null ? null : String(value)));
    const given = action.kind === 'quasi_identifier' ? action.hierarchy : null;
    const found = profile.columns.find(({ name }) => name === column);
    columns.push({
      name: column,
      codes: codes[index] ?? new Int32Array(combinations),
      values,
      numbers: numbersOf(values, type),
      hierarchy: hierarchyOf(given ?? ownHierarchy({ name: column, type }, found)),
    });
  }
  const sensitive: SensitiveColumn[] = [];
  for (const name of model.sensitive_columns) sensitive.push(await readSensitive(db, table, quasi, name));
  return { weights: Float64Array.from(weights ?? []), columns, sensitive };
}

function numbersOf(values: readonly (string | null)[], type: string): Float64Array | null {
  if (type === 'integer' || type === 'number')
    return Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value)));
  if (type === 'date' || type === 'timestamp')
    return Float64Array.from(values, (value) =>
      value === null ? Number.NaN : Date.parse(`${value.slice(0, 10)}T00:00:00Z`),
    );
  return null;
}

async function readSensitive(
  db: DuckDb,
  table: AnonymisedTable,
  quasi: readonly ColumnPlan[],
  name: string,
): Promise<SensitiveColumn> {
  const column = quoteIdentifier(name);
  await db.run(
    `CREATE OR REPLACE TABLE sensitive AS SELECT value, (row_number() OVER (ORDER BY least) - 1)::INTEGER AS code
     FROM (SELECT coalesce(${text(name)}, ${missing}) AS value, min(${column}) AS least FROM mapped GROUP BY 1)`,
  );
  const [distinct] = await db.row('SELECT count(*) FROM sensitive');
  if (Number(distinct) > mostSensitive)
    throw new StromaError(
      'UNPROCESSABLE',
      `"${name.slice(0, 100)}" has ${distinct} different values; a sensitive column may have ${mostSensitive}. Put its values into bins first.`,
      { column: name },
    );
  const on = quasi.map((_, index) => `combos.c${index} = coded.c${index}`).join(' AND ');
  const query = `SELECT combo, sensitive.code, count(*)::INTEGER AS n FROM mapped JOIN coded ON coded.row_at = mapped.${rowNumber}
    JOIN combos ON ${on} JOIN sensitive ON coalesce(${text(name, 'mapped')}, ${missing}) = sensitive.value GROUP BY 1, 2 ORDER BY 1, 2`;
  await db.run(`CREATE OR REPLACE TABLE entries AS ${query}`);
  const [entries] = await db.row('SELECT count(*) FROM entries');
  const [combinations, codes, counts] = await readIntegers(
    db,
    'SELECT * FROM entries ORDER BY 1, 2',
    Number(entries),
  );
  const type = table.typeOf(name);
  return {
    name,
    combinations: combinations ?? new Int32Array(),
    codes: codes ?? new Int32Array(),
    counts: Float64Array.from(counts ?? []),
    distinct: Number(distinct),
    ordered: type === 'integer' || type === 'number',
  };
}

/** Columns of 32-bit integers, without an object for each row. */
async function readIntegers(db: DuckDb, sql: string, rows: number): Promise<Int32Array[]> {
  const result = await db.connection.stream(sql);
  const columns = Array.from({ length: result.columnCount }, () => new Int32Array(rows));
  let at = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return columns;
    columns.forEach((column, index) => {
      column.set(chunk.getColumnValues(index) as number[], at);
    });
    at += chunk.rowCount;
  }
}

async function writeRecoding(
  db: DuckDb,
  table: AnonymisedTable,
  quasi: readonly ColumnPlan[],
  { classes, kept, labels, levels }: Recoding,
): Promise<void> {
  await db.run('CREATE TABLE class_of (combo INTEGER, class INTEGER)');
  const places = await db.connection.createAppender('class_of');
  classes.classOf.forEach((at, combo) => {
    if (kept[at] === 0) return;
    places.appendInteger(combo);
    places.appendInteger(at);
    places.endRow();
  });
  places.closeSync();
  await db.run(
    `CREATE TABLE labels (class INTEGER, ${quasi.map((_, index) => `l${index} VARCHAR`).join(', ')})`,
  );
  const names = await db.connection.createAppender('labels');
  for (let at = 0; at < classes.sizes.length; at++) {
    if (kept[at] === 0) continue;
    names.appendInteger(at);
    for (const column of labels) {
      const label = column[at] ?? null;
      if (label === null) names.appendNull();
      else names.appendVarchar(label);
    }
    names.endRow();
  }
  names.closeSync();
  const on = quasi.map((_, index) => `combos.c${index} = coded.c${index}`).join(' AND ');
  const columns = table.kept.map(({ column }) => {
    const index = quasi.findIndex((each) => each.column === column);
    const name = quoteIdentifier(column);
    // A column that no one had to make coarser stays what it was, with its type.
    return index < 0 || levels?.[index] === 0 ? `mapped.${name}` : `labels.l${index} AS ${name}`;
  });
  await db.run(
    `CREATE TABLE modelled AS SELECT ${[...columns, `mapped.${rowNumber}`].join(', ')} FROM mapped
     JOIN coded ON coded.row_at = mapped.${rowNumber} JOIN combos ON ${on}
     JOIN class_of ON class_of.combo = combos.combo JOIN labels ON labels.class = class_of.class`,
  );
}

/** Measured in the rows that stay. */
function diversityIn({ classes, kept }: Recoding, column: SensitiveColumn): Modelled['diversity'][number] {
  const included = Uint8Array.from(classes.classOf, (at) => kept[at] ?? 0);
  const { distinct, effective, distance } = diversityOf(classes, column, included);
  const over = (values: Float64Array, pick: (...numbers: number[]) => number) =>
    values.reduce(
      (found, value, at) => (kept[at] === 0 ? found : Number.isNaN(found) ? value : pick(found, value)),
      Number.NaN,
    );
  return {
    column: column.name,
    distinct: over(distinct, Math.min),
    entropy: over(effective, Math.min),
    distance: over(distance, Math.max),
  };
}
