import type { JsonValue } from '@stroma/kernel';
import type { Atom } from './atoms.ts';
import type { ColumnLink } from './column-links.ts';
import {
  type Group,
  type Having,
  type Measure,
  type Operand,
  type Place,
  type PlacedCondition,
  ReadFailure,
} from './frame.ts';
import type { MeasureFunction, Operator } from './lexicon/operators.ts';
import type { IndexedColumn, PreparedTables } from './schema-index.ts';
import type { Token } from './tokens.ts';
import type { QuestionTable, WordRole } from './types.ts';

export interface Mark {
  atom: number;
  role: WordRole;
  target: string;
  column: string | null;
  value: JsonValue;
  confidence: number;
  alternatives: { target: string; column: string | null; value: JsonValue }[];
}

export type Want = 'numeric' | 'any' | 'category' | 'temporal' | 'binary';

/** A column said with nothing yet to tell what for. */
export interface Bare {
  at: number;
  column: IndexedColumn;
  /** The connecting word before it. */
  after: string;
}

export interface Extreme {
  sign: 1 | -1;
  dimensions: string[];
  operand: Operand | null;
  limit: number | null;
  at: number;
  /** `most common`, `most penguins`: rows are counted. */
  counting: boolean;
  /** Where the operand was said. */
  operandAt?: number;
}

/** What has been read so far of one way to cut the question. */
export class ReaderState {
  readonly atoms: Atom[];
  readonly tokens: Token[];
  readonly index: PreparedTables;
  readonly marks: Mark[] = [];

  at = 0;
  mode:
    | 'count'
    | 'list'
    | 'which'
    | 'share'
    | 'exists'
    | 'how_much'
    | 'correlation'
    | 'distribution'
    | 'difference'
    | 'ratio'
    | 'change'
    | 'pairs'
    | 'when'
    | null = null;
  pending: { fn: MeasureFunction; p: number | null; at: number }[] = [];
  measures: Measure[] = [];
  groups: Group[] = [];
  conditions: PlacedCondition[] = [];
  having: Having[] = [];
  bare: Bare[] = [];
  table: { table: QuestionTable; exact: boolean; at: number } | null = null;
  tables: QuestionTable[] = [];
  target: IndexedColumn | null = null;
  extreme: Extreme | null = null;
  top: number | null = null;
  order: { measure: Measure | null; column: IndexedColumn | null; descending: boolean | null } | null = null;
  direction: boolean | null = null;
  percent = false;
  rate = false;
  distinct = false;
  overTime = false;
  compareGroups = false;
  negate = false;
  pivoted = false;
  connector = '';
  place: Place = 'noun';
  /** After "among": what follows describes the whole of a share. */
  among = false;
  comparativeFn: MeasureFunction | null = null;
  comparative: { sign: 1 | -1; dimensions: string[] } | null = null;
  howAdjective: { sign: 1 | -1; dimensions: string[] } | null = null;
  missing: number | null = null;
  present: number | null = null;
  versus = false;
  arithmetic: '+' | '-' | '*' | '/' | null = null;
  joiner: 'or' | 'and' | 'comma' | null = null;
  penalty = 0;
  /** After "Return ..." in a sentence of its own: what to show beside the answer. */
  projecting = false;
  /** A verb of doing, which in several tables points to a table of what was done. */
  verb: string | null = null;
  /** Columns whose name was only a noun for the rows. */
  readonly skipped = new Set<string>();
  shown: IndexedColumn[] = [];
  notes: string[] = [];

  constructor(atoms: Atom[], tokens: Token[], index: PreparedTables) {
    this.atoms = atoms;
    this.tokens = tokens;
    this.index = index;
  }

  peek(offset = 0): Atom | undefined {
    return this.atoms[this.at + offset];
  }

  operatorAt(place: number): Operator | null {
    const atom = this.atoms[place];
    return atom?.kind === 'operator' ? atom.operator : null;
  }

  textOf(atom: Atom): string {
    const first = this.tokens[atom.from] as Token;
    const last = this.tokens[atom.to - 1] as Token;
    return this.tokens
      .slice(atom.from, atom.to)
      .map((token, index) => (index === 0 || token.glued ? token.text : ` ${token.text}`))
      .join('')
      .slice(0, last.end - first.start + 40);
  }

  mark(
    atom: number,
    role: WordRole,
    target: string,
    column: IndexedColumn | null = null,
    value: JsonValue = null,
    confidence = 1,
    alternatives: Mark['alternatives'] = [],
  ): void {
    this.marks.push({ atom, role, target, column: column?.name ?? null, value, confidence, alternatives });
  }

  /** Place of the next atom that is not a connecting or empty word, from `place` on. */
  skipFrom(place: number, also: readonly string[] = []): number {
    let next = place;
    for (;;) {
      const operator = this.operatorAt(next);
      if (
        operator === null ||
        !(['skip', 'filler', 'name'].includes(operator.op) || also.includes(operator.op))
      )
        return next;
      next += 1;
    }
  }

  fits(column: IndexedColumn, want: Want): boolean {
    if (want === 'numeric')
      return (column.numeric && !isKeyName(column)) || column.profile.type === 'interval';
    if (want === 'temporal') return column.temporal || column.year;
    if (want === 'binary') return column.yes !== null;
    if (want === 'category') return column.category || column.profile.type === 'text' || column.identifier;
    return true;
  }

  /** The one column an atom means, or a failure that names the columns it could mean. */
  choose(
    links: ColumnLink[],
    want: Want,
    text: string,
  ): { column: IndexedColumn; score: number; others: IndexedColumn[] } {
    const fitting = links.filter((link) => this.fits(link.column, want));
    const pool = this.inFocus(this.nearestFirst(fitting.length > 0 ? fitting : links));
    const best = pool[0] as ColumnLink;
    const rivals = pool.filter(
      (link) =>
        link !== best && link.score >= best.score - 0.045 && link.column.distance <= best.column.distance,
    );
    const clear = best.coverage > 0.97 && rivals.every((link) => link.coverage < best.coverage - 0.1);
    if (rivals.length > 0 && !clear) {
      const names = [best, ...rivals].slice(0, 4).map((link) => `"${link.column.name}"`);
      throw new ReadFailure(`"${text}" could mean ${names.join(' or ')}; say which.`, [text], true);
    }
    if (want !== 'any' && fitting.length === 0)
      throw new ReadFailure(`"${text}" means the column "${best.column.name}", which does not fit there.`, [
        text,
      ]);
    return { column: best.column, score: best.score, others: pool.slice(1, 4).map((link) => link.column) };
  }

  /** "Their first name" is that of the rows that were spoken of, where others have one too. */
  private inFocus(links: ColumnLink[]): ColumnLink[] {
    const best = links[0];
    if (this.index.view === null || best === undefined) return links;
    const spoken = [
      this.target,
      ...this.groups.map((group) => group.column),
      ...this.bare.map((item) => item.column),
    ];
    const tables = new Set(
      spoken.flatMap((column) => (column?.entityOf == null ? [] : [column.entityOf.table])),
    );
    const alike = links.filter(
      (link) => link.score >= best.score - 0.045 && link.column.distance === best.column.distance,
    );
    const key = spoken.find((column) => column?.entityOf != null);
    if (
      this.projecting &&
      best.column.ownKey &&
      best.column.joined === 'id' &&
      key != null &&
      tables.size === 1
    )
      return [{ ...best, column: key }];
    const said = new Set(
      this.atoms.flatMap((atom) =>
        atom.kind === 'column' && atom.links[0]?.column.entityOf != null
          ? [atom.links[0].column.entityOf.table]
          : [],
      ),
    );
    const near = alike.filter((link) => tables.has(link.column.table));
    const own = near.length > 0 ? near : alike.filter((link) => said.has(link.column.table));
    const [only] = own;
    if (only === undefined || own.length > 1 || alike.length < 2) return links;
    return links.filter((link) => link === only || !alike.includes(link));
  }

  /** Of columns that fit alike, first the one of the rows themselves, then by how many keys lead to it. */
  private nearestFirst(links: ColumnLink[]): ColumnLink[] {
    const best = Math.max(...links.map((link) => link.score));
    const alike = (link: ColumnLink): boolean => link.score >= best - 0.045;
    return [...links].sort((a, b) =>
      alike(a) && alike(b)
        ? a.column.distance - b.column.distance || b.score - a.score
        : Number(alike(b)) - Number(alike(a)) || b.score - a.score,
    );
  }

  fail(reason: string, words: string[] = []): never {
    throw new ReadFailure(reason, words);
  }
}

/** Keys are counted, never added up or averaged. */
const isKeyName = (column: IndexedColumn): boolean =>
  /(?:^|[_ .])id$/i.test(column.name) || column.joined === 'id';
