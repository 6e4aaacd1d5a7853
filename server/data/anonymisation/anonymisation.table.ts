import type { ColumnSchema, JsonValue } from '@stroma/kernel';
import { type DuckDb, quoteIdentifier, quoteLiteral } from '@stroma/lake';
import {
  type ActionMaterial,
  ambiguousNames,
  dateOffset,
  detectColumn,
  mapperOf,
  nameLikeness,
  type ValueAction,
} from '@stroma/privacy';
import { type ColumnPlan, hierarchyOf } from './anonymisation.plan.ts';

/** The values of one text column, each once, with what becomes of it; a table of the engine. */
interface Mapping {
  table: string;
  /** What of the source it is joined on. */
  key: string;
}

export interface Leak {
  column: string;
  removed_column: string;
  rows: number;
}

export const rowNumber = '__stroma_row';
const unbearable = ['remove', 'pseudonymise', 'mask'];

/** A Parquet file with the actions on its columns, worked out value by value: every distinct value is looked at once. */
export class AnonymisedTable {
  readonly #db: DuckDb;
  readonly #schema: readonly ColumnSchema[];
  readonly #plan: readonly ColumnPlan[];
  readonly #key: Uint8Array | null;
  readonly #mappings = new Map<string, Mapping>();
  #known: ReadonlySet<string> = new Set();

  constructor(
    db: DuckDb,
    schema: readonly ColumnSchema[],
    plan: readonly ColumnPlan[],
    key: Uint8Array | null,
  ) {
    this.#db = db;
    this.#schema = schema;
    this.#plan = plan;
    this.#key = key;
  }

  /** Makes `source`, the file with its rows numbered, and `mapped`, the same rows after the actions. */
  async open(path: string, signal: AbortSignal, progress: (fraction: number) => void): Promise<void> {
    await this.#openSource(path);
    if (this.#plan.some(({ action }) => action.kind === 'redact_text'))
      this.#known = await this.#identifying();
    for (const [index, { column, action }] of this.#plan.entries()) {
      signal.throwIfAborted();
      if (action.kind === 'shift_dates') await this.#mapPersons(index, column, action);
      else {
        const value = valueAction(action);
        if (value !== null) await this.#mapValues(index, column, value);
      }
      progress((index + 1) / this.#plan.length);
    }
    await this.#db.run(`CREATE VIEW mapped AS ${this.#select()}`);
  }

  /** What stays, in the table's order. */
  get kept(): ColumnPlan[] {
    return this.#plan.filter(({ action }) => action.kind !== 'remove');
  }

  typeOf(name: string): ColumnSchema['type'] {
    return this.#schema.find((column) => column.name === name)?.type ?? 'text';
  }

  /**
   * Where values of columns that were taken away or disguised still stand whole in columns that stay as they are.
   * Values of fewer than four characters and columns of few different values are no sign of anything.
   */
  async leaks(): Promise<Leak[]> {
    const looked = new Set(['text', 'integer']);
    const gone = this.#plan.filter(
      ({ column, action }) => unbearable.includes(action.kind) && looked.has(this.typeOf(column)),
    );
    const there = this.#plan.filter(
      ({ column, action }) => action.kind === 'keep' && looked.has(this.typeOf(column)),
    );
    const leaks: Leak[] = [];
    for (const { column: removed } of gone) {
      const [distinct, rows] = await this.#db.row(
        `SELECT count(DISTINCT ${quoteIdentifier(removed)}), count(${quoteIdentifier(removed)}) FROM source`,
      );
      if (Number(distinct) < Math.max(5, Number(rows) * 0.02)) continue;
      for (const { column } of there
        .filter((other) => this.typeOf(other.column) === this.typeOf(removed))
        .slice(0, 50)) {
        const [found] = await this.#db.row(
          `SELECT count(*) FROM source WHERE length(${text(column)}) >= 4 AND ${text(column)} IN (SELECT ${text(removed)} FROM source)`,
        );
        if (Number(found) > 0) leaks.push({ column, removed_column: removed, rows: Number(found) });
      }
    }
    return leaks;
  }

  async #openSource(path: string): Promise<void> {
    const file = quoteLiteral(path);
    const clash = this.#schema.some(({ name }) => name.toLowerCase() === 'file_row_number');
    await this.#db.run(
      clash
        ? `CREATE VIEW source AS SELECT *, row_number() OVER () - 1 AS ${rowNumber} FROM read_parquet(${file})`
        : `CREATE VIEW source AS SELECT * EXCLUDE (file_row_number), file_row_number AS ${rowNumber} FROM read_parquet(${file}, file_row_number = true)`,
    );
  }

  /** Values, and the words of names, that point to persons because their columns are taken away. */
  async #identifying(): Promise<Set<string>> {
    const known = new Set<string>();
    for (const { column, action } of this.#plan) {
      const type = this.typeOf(column);
      if (!unbearable.includes(action.kind) || (type !== 'text' && type !== 'integer')) continue;
      const values = await this.#distinct(column);
      const [rows] = await this.#db.row(`SELECT count(${quoteIdentifier(column)}) FROM source`);
      const sample = { name: column, type, rows: Number(rows), nulls: 0, distinct: values.length };
      const isDirect = detectColumn({ ...sample, values: values.slice(0, 1000) })?.role === 'direct';
      if (!isDirect && values.length < Number(rows) * 0.1) continue;
      for (const value of values) addKnown(known, value, type);
    }
    return known;
  }

  async #distinct(column: string): Promise<string[]> {
    const rows = await this.#db.rows(
      `SELECT DISTINCT ${text(column)} FROM source WHERE ${quoteIdentifier(column)} IS NOT NULL`,
    );
    return rows.map(([value]) => String(value));
  }

  async #mapValues(index: number, column: string, action: ValueAction): Promise<void> {
    const material: ActionMaterial = { key: this.#key, known: this.#known };
    const map = mapperOf(action, material);
    const table = `map_${index}`;
    await this.#db.run(`CREATE TABLE ${table} (before VARCHAR, after VARCHAR)`);
    const appender = await this.#db.connection.createAppender(table);
    for (const value of await this.#distinct(column)) {
      appender.appendVarchar(value);
      appender.appendVarchar(map(value));
      appender.endRow();
    }
    appender.closeSync();
    this.#mappings.set(column, { table, key: text(column, 'source') });
  }

  async #mapPersons(
    index: number,
    column: string,
    { person_column, most_days }: { person_column: string; most_days: number },
  ): Promise<void> {
    const key = this.#key;
    if (key === null) throw new Error('expected a key for date shifts');
    const table = `map_${index}`;
    await this.#db.run(`CREATE TABLE ${table} (before VARCHAR, days INTEGER)`);
    const appender = await this.#db.connection.createAppender(table);
    for (const person of await this.#distinct(person_column)) {
      appender.appendVarchar(person);
      appender.appendInteger(dateOffset(key, person, most_days));
      appender.endRow();
    }
    appender.closeSync();
    this.#mappings.set(column, { table, key: text(person_column, 'source') });
  }

  /** A date whose person is missing is missing: it could not be moved. */
  #select(): string {
    const columns = this.kept.map(({ column, action }) => {
      const name = quoteIdentifier(column);
      const mapping = this.#mappings.get(column);
      if (mapping === undefined) return `source.${name} AS ${name}`;
      if (action.kind === 'shift_dates') {
        const moved =
          this.typeOf(column) === 'date'
            ? `source.${name} + ${mapping.table}.days`
            : `source.${name} + to_days(${mapping.table}.days)`;
        return `${moved} AS ${name}`;
      }
      const after = `${mapping.table}.after`;
      const typed =
        action.kind === 'top_code'
          ? `CAST(${after} AS ${this.typeOf(column) === 'integer' ? 'BIGINT' : 'DOUBLE'})`
          : after;
      return `${typed} AS ${name}`;
    });
    const joins = [...this.#mappings.values()].map(
      ({ table, key }) => `LEFT JOIN ${table} ON ${key} = ${table}.before`,
    );
    return `SELECT ${[...columns, `source.${rowNumber} AS ${rowNumber}`].join(', ')} FROM source ${joins.join(' ')}`;
  }

  /** `relation` has the columns of `mapped`. */
  async write(relation: string, target: string): Promise<number> {
    const names = this.kept.map(({ column }) => quoteIdentifier(column)).join(', ');
    await this.#db.run(
      `COPY (SELECT ${names} FROM ${relation} ORDER BY ${rowNumber}) TO ${quoteLiteral(target)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    const [rows] = await this.#db.row(`SELECT count(*) FROM read_parquet(${quoteLiteral(target)})`);
    return Number(rows);
  }

  async first(relation: string, count: number): Promise<{ columns: ColumnSchema[]; rows: JsonValue[][] }> {
    const names = this.kept.map(({ column }) => `${text(column)}`);
    const rows = await this.#db.rows(
      `SELECT ${names.join(', ')} FROM ${relation} ORDER BY ${rowNumber} LIMIT ${count}`,
    );
    return {
      columns: this.kept.map(({ column, action }) => ({
        name: column,
        type: ['keep', 'shift_dates', 'top_code'].includes(action.kind) ? this.typeOf(column) : 'text',
      })),
      rows: rows.map((row) => row.map((value) => (value === null ? null : String(value)))),
    };
  }
}

export const text = (column: string, table?: string): string =>
  `CAST(${table === undefined ? '' : `${table}.`}${quoteIdentifier(column)} AS VARCHAR)`;

function addKnown(known: Set<string>, value: string, type: string): void {
  const bare = value.trim().toLowerCase();
  if (type === 'integer') {
    if (bare.length >= 5) known.add(bare);
    return;
  }
  if (bare.length >= 4) known.add(bare);
  if (nameLikeness(value) === 0) return;
  for (const part of bare.split(/[\s,]+/)) if (part.length >= 3 && !ambiguousNames.has(part)) known.add(part);
}

function valueAction(action: ColumnPlan['action']): ValueAction | null {
  switch (action.kind) {
    case 'mask':
      return { kind: 'mask', keepStart: action.keep_start, keepEnd: action.keep_end };
    case 'pseudonymise':
    case 'bins':
    case 'zip3':
    case 'prefix':
    case 'top_code':
      return action;
    case 'period':
      return { kind: 'period', unit: action.unit, oldestYear: action.oldest_year };
    case 'hierarchy':
      return { kind: 'hierarchy', hierarchy: hierarchyOf(action.hierarchy), level: action.level };
    case 'redact_text':
      return {
        kind: 'redact_text',
        replacement: action.replacement,
        kinds: action.kinds === null ? null : new Set(action.kinds),
      };
    default:
      return null;
  }
}
