import type { JsonValue } from '@stroma/kernel';
import { chartWord, numberText } from './locale.ts';
import { momentOf, momentText } from './moments.ts';
import type { ChartAnswer, ChartLook, ChartRow, ChartTile, Grain } from './tile.ts';

/** A column of the answer as a chart sees it. */
export interface Field {
  at: number;
  name: string;
  /** For axes: in words, with its unit. */
  title: string;
  kind: 'quantitative' | 'temporal' | 'nominal';
  grain: Grain | null;
  isBinned: boolean;
  unit: string | null;
  distinct: number;
  /** Values may be added up over groups: counts and sums. */
  isAdditive: boolean;
}

export interface Roles {
  dimensions: Field[];
  split: Field | null;
  measures: Field[];
}

export const isNumeric = (type: string): boolean => type === 'integer' || type === 'number';

/** Which columns are dimensions, split and measures: as the built query says, otherwise from their types. */
export function rolesOf(tile: ChartTile, answer: ChartAnswer): Roles {
  const { query } = tile;
  if (query?.kind === 'built') {
    const before = query.dimensions.length;
    const splits = query.split === undefined ? 0 : 1;
    if (answer.columns.length >= before + splits + query.measures.length) {
      const drilled = (answer.drill_level ?? 0) > 0;
      const dimensions = query.dimensions.map((dimension, at) => {
        const shown = at === 0 && drilled ? query.drill?.[(answer.drill_level ?? 1) - 1] : dimension;
        return fieldOf(answer, at, { grain: shown?.grain ?? null, isBinned: Boolean(shown?.bins) });
      });
      const split =
        query.split === undefined
          ? null
          : fieldOf(answer, before, {
              grain: query.split.grain ?? null,
              isBinned: Boolean(query.split.bins),
            });
      const measures = query.measures.map((measure, at) => {
        const aggregate = 'aggregate' in measure ? measure.aggregate : null;
        const isAdditive = aggregate === 'count' || aggregate === 'sum' || aggregate === 'missing';
        return fieldOf(answer, before + splits + at, { isAdditive });
      });
      return { dimensions, split, measures };
    }
  }
  return inferredRoles(tile, answer);
}

function inferredRoles(tile: ChartTile, answer: ChartAnswer): Roles {
  const fields = answer.columns.map((_, at) =>
    fieldOf(answer, at, { isAdditive: /count|sum|total|^n$/i.test(answer.columns[at]?.name ?? '') }),
  );
  const groups = fields.filter(({ kind }) => kind !== 'quantitative');
  const numbers = fields.filter(({ kind }) => kind === 'quantitative');
  const first = fields[0];
  const leads =
    first?.kind === 'quantitative' &&
    numbers.length > 1 &&
    /year|month|week|day|date|hour|bin|from|age/i.test(first.name);
  const ordered = groups.toSorted((a, b) => Number(b.kind === 'temporal') - Number(a.kind === 'temporal'));
  if (leads && first !== undefined)
    return { dimensions: [first], split: ordered[0] ?? null, measures: numbers.slice(1) };
  const several = ['heatmap', 'network', 'scatter', 'box', 'map'].includes(tile.kind);
  const [one, two, ...rest] = ordered;
  if (one === undefined) return { dimensions: [], split: null, measures: numbers };
  return several
    ? { dimensions: ordered, split: null, measures: numbers }
    : { dimensions: [one, ...rest], split: two ?? null, measures: numbers };
}

function fieldOf(
  { columns, rows }: ChartAnswer,
  at: number,
  known: { grain?: Grain | null; isBinned?: boolean; isAdditive?: boolean },
): Field {
  const { name, type, unit: own } = columns[at] ?? { name: '', type: 'text' };
  const kind =
    type === 'date' || type === 'timestamp' ? 'temporal' : isNumeric(type) ? 'quantitative' : 'nominal';
  const unit = own ?? null;
  const distinct = new Set(rows.map((row) => JSON.stringify(row[at] ?? null))).size;
  return {
    at,
    name,
    title: withUnit(inWords(name), unit),
    kind,
    grain: known.grain ?? null,
    isBinned: known.isBinned ?? false,
    unit,
    distinct,
    isAdditive: known.isAdditive ?? false,
  };
}

/** `mean_body_mass_g` reads "Mean body mass g"; a name that is already written keeps its letters. */
export function inWords(name: string): string {
  const text = name.replaceAll('_', ' ').trim();
  return /^[a-z]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** "Body Mass (g)" says its unit already. */
export function withUnit(title: string, unit: string | null | undefined): string {
  if (!unit) return title;
  const says = [`(${unit})`, `[${unit}]`].some((each) => title.toLowerCase().includes(each.toLowerCase()));
  return says ? title : `${title} (${unit})`;
}

/** The measure's field with the unit its tile gives it. */
export const measured = (field: Field, tile: ChartTile): Field => {
  const unit = field.unit ?? tile.options.unit ?? null;
  return { ...field, unit, title: withUnit(inWords(field.name), unit) };
};

/** A number of a cell; integers past 2^53 come as text. Missing and what is no number is null. */
export function numberOf(value: JsonValue | undefined): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}

/** A cell as Vega shall have it: numbers, milliseconds of moments, text with a word for what is missing. */
export function vegaValue(field: Field, row: ChartRow, look: ChartLook): number | string | null {
  const value = row[field.at];
  if (field.kind === 'quantitative') return numberOf(value);
  if (field.kind === 'temporal') return momentOf(value);
  return nameOf(value, look);
}

export function nameOf(value: JsonValue | undefined, look: ChartLook): string {
  if (value === null || value === undefined) return chartWord(look.locale, 'missing');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A cell as people read it. */
export function cellText(field: Field, row: ChartRow, tile: ChartTile, look: ChartLook): string {
  const value = vegaValue(field, row, look);
  if (value === null) return chartWord(look.locale, 'missing');
  if (field.kind === 'temporal') return momentText(Number(value), field.grain, look.locale);
  if (typeof value === 'string') return value;
  if (looksLikeYear(field, value)) return String(value);
  const text = numberText(value, look.locale, field.isBinned ? {} : tile.options);
  return field.unit && !field.isBinned ? `${text} ${field.unit}` : text;
}

/** Years are written without a thousands mark. */
export const looksLikeYear = (field: Field, value: number): boolean =>
  /year|jahr/i.test(field.name) && Number.isInteger(value) && value >= 1000 && value < 3000;

/** What is shown beside the pointer: names with values, in order. */
export function tipOf(
  fields: readonly Field[],
  row: ChartRow,
  tile: ChartTile,
  look: ChartLook,
): Record<string, string> {
  return Object.fromEntries(fields.map((field) => [inWords(field.name), cellText(field, row, tile, look)]));
}
