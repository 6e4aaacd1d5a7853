import type { ColumnType } from '@stroma/kernel';
import { type IdentifierKind, identifierKinds } from './kinds.ts';
import { ruleFor } from './name-rules.ts';
import { hasNameForm, nameLikeness } from './names.ts';
import { findSpans } from './text-spans.ts';
import { valueForms } from './value-forms.ts';

/** What is looked at of a column. */
export interface ColumnSample {
  name: string;
  type: ColumnType;
  /** Rows of the table, rows without a value, distinct values. */
  rows: number;
  nulls: number;
  distinct: number;
  /** Distinct values as text, as many as the caller can give; a thousand are enough. Dates as ISO text. */
  values: readonly string[];
  /** Numeric columns. */
  min?: number | null;
  max?: number | null;
}

export interface ColumnFinding {
  column: string;
  kind: IdentifierKind | 'free_text';
  /** Letter of the identifier in 45 CFR 164.514(b)(2)(i); null for what that list does not name. */
  safe_harbor: string | null;
  role: 'direct' | 'quasi' | 'text';
  /** 0 to 1. */
  confidence: number;
  reasons: string[];
  /** Share of the looked-at values that have the form; null when the name alone spoke. */
  share: number | null;
  /** Free text: what was found within, and in what share of the looked-at texts. */
  within: { kind: IdentifierKind; share: number }[];
}

const reported = 0.5;

/** What points to persons in a table, column by column; columns in which nothing was found are left out. */
export function detectColumns(columns: readonly ColumnSample[]): ColumnFinding[] {
  const singles = columns.map(detectColumn);
  return withPairs(columns, singles).filter((finding) => finding !== null);
}

export function detectColumn(column: ColumnSample): ColumnFinding | null {
  if (
    column.values.length === 0 ||
    column.type === 'boolean' ||
    column.type === 'nested' ||
    column.type === 'binary'
  )
    return column.type === 'binary' ? byName(column) : null;
  const text = freeText(column);
  if (text !== null) return text;
  const scores = new Map<IdentifierKind, { score: number; reasons: string[]; share: number | null }>();
  for (const { kind, what, strength, share } of formShares(column)) {
    const before = scores.get(kind);
    const score = strength * share;
    if (before !== undefined && before.score >= score) continue;
    scores.set(kind, { score, reasons: [`${percent(share)} of the values are ${what}`], share });
  }
  const named = new Set<IdentifierKind>();
  for (const { kind, certain } of ruleFor(column.name)) {
    // A name says a thing once, and what is special before what is any code.
    if (named.has(kind) || (kind === 'unique_code' && named.size > 0) || !fits(kind, column)) continue;
    named.add(kind);
    const weight = nameWeight(kind, certain, column);
    const before = scores.get(kind === 'fax' ? 'phone' : kind);
    const reason = `the column is called "${column.name.slice(0, 60)}"`;
    scores.set(kind, {
      score: 1 - (1 - weight) * (1 - (before?.score ?? 0)),
      reasons: [...new Set([...(before?.reasons ?? []), reason])],
      share: before?.share ?? null,
    });
  }
  addTyped(column, scores);
  let best: [IdentifierKind, { score: number; reasons: string[]; share: number | null }] | null = null;
  for (const entry of scores) if (best === null || entry[1].score > best[1].score + 1e-9) best = entry;
  if (best === null || best[1].score < reported) return remarks(column);
  return finding(column, best[0], best[1].score, best[1].reasons, best[1].share);
}

function byName(column: ColumnSample): ColumnFinding | null {
  const found = ruleFor(column.name).find(({ kind }) => kind === 'photo' || kind === 'biometric');
  return found === undefined
    ? null
    : finding(column, found.kind, 0.9, [`the column is called "${column.name}" and holds bytes`], null);
}

function finding(
  column: ColumnSample,
  kind: IdentifierKind,
  confidence: number,
  reasons: string[],
  share: number | null,
): ColumnFinding {
  const { safeHarbor, role } = identifierKinds[kind];
  const isOld = kind !== 'age' || (column.max ?? 0) > 89;
  return {
    column: column.name,
    kind,
    safe_harbor: isOld ? safeHarbor : null,
    role,
    confidence: Math.round(Math.min(confidence, 0.99) * 100) / 100,
    reasons:
      kind === 'age' ? [...reasons, isOld ? 'it holds ages over 89' : 'it holds no age over 89'] : reasons,
    share,
    within: [],
  };
}

const numeric = (type: ColumnType): boolean => type === 'integer' || type === 'number';
const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Forms that far more values have than would by accident. */
function formShares({
  type,
  values,
}: ColumnSample): { kind: IdentifierKind; what: string; strength: number; share: number }[] {
  if (type === 'number' || type === 'date' || type === 'timestamp' || type === 'time' || type === 'interval')
    return [];
  return valueForms.flatMap(({ kind, what, strength, chance, matches }) => {
    const passed = values.filter((value) => matches(value)).length;
    const share = passed / values.length;
    // Few values pass a check digit by luck; many do not.
    const lucky = chance > 0 && chance ** passed * values.length > 1e-3 && passed < 8;
    const weak = type === 'integer' && chance > 0.05 ? 0.7 : 1;
    return share >= 0.6 && share > chance * 2 && !lucky
      ? [{ kind, what, strength: strength * weak, share }]
      : [];
  });
}

/** Whether the values can be of a kind that the name says they are. */
function fits(kind: IdentifierKind, column: ColumnSample): boolean {
  const { type, values, min, max, distinct } = column;
  const texts = type === 'text';
  const digits = (from: number, to: number) =>
    most(values, (value) => {
      const count = value.replace(/\D/g, '').length;
      return count >= from && count <= to;
    });
  switch (kind) {
    case 'name':
      return (
        texts && most(values, (value) => hasNameForm(value) || nameLikeness(value) > 0, 0.5) && distinct > 2
      );
    case 'street_address':
    case 'city':
    case 'facility':
      return (
        texts &&
        most(values, (value) => /\p{L}{2}/u.test(value)) &&
        (kind === 'street_address' || distinct > 1)
      );
    case 'county':
      return texts || type === 'integer';
    case 'email':
    case 'url':
      return texts && most(values, (value) => /[@.]/.test(value), 0.3);
    case 'photo':
    case 'biometric':
      return texts;
    case 'birth_date':
      return (
        type === 'date' ||
        type === 'timestamp' ||
        (texts && most(values, (value) => /\d{2,4}/.test(value))) ||
        (type === 'integer' && (min ?? 0) > 1850 && (max ?? 0) < 2200)
      );
    case 'date':
      return (
        type === 'date' ||
        type === 'timestamp' ||
        (texts && most(values, (value) => /\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}/.test(value)))
      );
    case 'age':
      return numeric(type) && (min ?? -1) >= 0 && (max ?? 999) <= 130 && distinct > 2;
    case 'phone':
    case 'fax':
      return (texts || type === 'integer') && digits(6, 16);
    case 'social_security':
      return (texts || type === 'integer') && digits(4, 11);
    case 'postal_code':
      return (
        (texts && most(values, (value) => /^[\p{L}\d -]{3,10}$/u.test(value) && /\d/.test(value))) ||
        (type === 'integer' && (max ?? 0) > 500 && (max ?? 0) < 1e9)
      );
    case 'coordinates':
      return (type === 'number' && (min ?? -999) >= -180 && (max ?? 999) <= 180) || texts;
    case 'ip_address':
      return texts && most(values, (value) => /[.:]/.test(value));
    case 'demographic':
      return (texts || type === 'integer') && distinct < 500;
    case 'unique_code':
      return isCode(column);
    default:
      return texts || type === 'integer';
  }
}

function nameWeight(kind: IdentifierKind, certain: boolean, column: ColumnSample): number {
  if (kind === 'unique_code') return uniqueness(column) * (certain ? 0.9 : 0.85);
  if (kind === 'demographic') return 0.75;
  if (kind === 'name' && certain && column.values.every((value) => nameLikeness(value) === 0)) return 0.65;
  if (kind === 'name' && !certain) return 0.35;
  return certain ? 0.85 : 0.45;
}

/** Ids repeat when a person has several rows; a code that few rows share still points to one. */
function uniqueness({ distinct, rows, nulls }: ColumnSample): number {
  const filled = rows - nulls;
  if (filled === 0 || distinct < 10) return 0;
  const share = distinct / filled;
  return share > 0.9 ? 1 : share > 0.05 && distinct > 30 ? 0.75 : 0;
}

function isCode({ type, values }: ColumnSample): boolean {
  if (type === 'integer') return true;
  return (
    type === 'text' &&
    most(values, (value) => /^[\p{L}\d][\p{L}\d ._/:#-]{0,63}$/u.test(value) && !/\p{L}+ \p{L}+/u.test(value))
  );
}

function most(values: readonly string[], holds: (value: string) => boolean, share = 0.7): boolean {
  return values.filter(holds).length >= values.length * share;
}

/** What the type and the values' statistics say where no form and no name does. */
function addTyped(
  column: ColumnSample,
  scores: Map<IdentifierKind, { score: number; reasons: string[]; share: number | null }>,
): void {
  const { type, rows, nulls, distinct, values } = column;
  if (
    (type === 'date' || type === 'timestamp') &&
    (scores.get('date')?.score ?? 0) < 0.8 &&
    (scores.get('birth_date')?.score ?? 0) < 0.8
  ) {
    const yearsOnly = type === 'date' && values.every((value) => /-01-01/.test(value));
    if (!yearsOnly)
      scores.set('date', {
        score: 0.8,
        reasons: [`its values are ${type === 'date' ? 'days' : 'points in time'}`],
        share: 1,
      });
  }
  const filled = rows - nulls;
  const codes =
    type === 'text' &&
    distinct === filled &&
    filled >= 20 &&
    isCode(column) &&
    most(values, (value) => /\d/.test(value) && value.length >= 4);
  const uniform =
    codes &&
    new Set(values.map((value) => value.replace(/\d/g, '0').replace(/[a-z]/gi, 'a'))).size <=
      Math.max(3, values.length * 0.05);
  if (uniform && (scores.get('unique_code')?.score ?? 0) < 0.7)
    scores.set('unique_code', {
      score: 0.7,
      reasons: ['every row has a code of its own, all of one form'],
      share: 1,
    });
}

const textLength = 30;

/** Prose: values of several words that hardly repeat, or in which something that points to persons stands. */
function freeText(column: ColumnSample): ColumnFinding | null {
  const { type, values, distinct, rows, nulls, name } = column;
  if (type !== 'text') return null;
  const prose = values.filter(
    (value) => value.split(/\s+/).length >= 5 && value.length >= textLength && /\p{Ll}{3}/u.test(value),
  );
  if (prose.length < values.length * 0.3) return null;
  const looked = values.slice(0, 300);
  const within = new Map<IdentifierKind, number>();
  for (const value of looked)
    for (const kind of new Set(findSpans(value).map((span) => span.kind)))
      within.set(kind, (within.get(kind) ?? 0) + 1);
  const shares = [...within]
    .map(([kind, count]) => ({ kind, share: count / looked.length }))
    .filter(({ share }) => share >= 0.01 || looked.length < 100)
    .sort((a, b) => b.share - a.share);
  const filled = Math.max(1, rows - nulls);
  const addresses = formShares(column).find(({ kind }) => kind === 'street_address');
  if (addresses)
    return finding(
      column,
      'street_address',
      addresses.strength * addresses.share,
      [`${percent(addresses.share)} of the values are ${addresses.what}`],
      addresses.share,
    );
  if (
    ruleFor(name).some(({ kind }) => kind === 'street_address') &&
    values.every((value) => value.length < 120)
  )
    return null;
  const notes =
    /\b(?:notes?|comments?|remarks?|narrative|text|description|report|findings|history|impression|bemerkung|befund|anamnese|freitext|message|summary|reason|story)\b/i.test(
      name.replaceAll('_', ' '),
    );
  if (shares.length === 0 && !(notes && distinct / filled > 0.5)) return null;
  const top = Math.max(0, ...shares.map(({ share }) => share));
  return {
    column: name,
    kind: 'free_text',
    safe_harbor:
      shares.map(({ kind }) => identifierKinds[kind].safeHarbor).find((letter) => letter !== null) ?? null,
    role: 'text',
    confidence: shares.length === 0 ? 0.5 : Math.round(Math.min(0.99, 0.6 + top * 0.4) * 100) / 100,
    reasons: [
      'its values are sentences',
      ...shares
        .slice(0, 5)
        .map(({ kind, share }) => `${kind.replaceAll('_', ' ')} in ${percent(share)} of the looked-at texts`),
    ],
    share: prose.length / values.length,
    within: shares,
  };
}

/** Kinds that a few words name plainly; a city or a day in them may be about anything. */
const plain = new Set<IdentifierKind>(['name', 'email', 'phone', 'fax', 'social_security', 'medical_record']);
const plainShare = 0.2;

/**
 * Remarks too short for prose ("seen by Dr. Meyer") of which many name somebody beside other words. A value that is
 * nothing but the name is no remark.
 */
function remarks({ name, type, values }: ColumnSample): ColumnFinding | null {
  if (type !== 'text') return null;
  const worded = values.filter(
    (value) => value.split(/\s+/).length >= 3 && /(?:^|\s)\p{Ll}{2,}(?:\s|$)/u.test(value),
  );
  if (worded.length < values.length * 0.3) return null;
  const looked = worded.slice(0, 300);
  const counts = new Map<IdentifierKind, number>();
  for (const value of looked) {
    const spans = findSpans(value, { kinds: plain }).filter(
      ({ start, end, confidence }) => confidence >= 0.9 && end - start < value.length * 0.8,
    );
    for (const kind of new Set(spans.map((span) => span.kind))) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const within = [...counts]
    .map(([kind, count]) => ({ kind, share: count / looked.length }))
    .filter(({ share }) => share >= plainShare)
    .sort((a, b) => b.share - a.share);
  const [first] = within;
  if (first === undefined) return null;
  return {
    column: name,
    kind: 'free_text',
    safe_harbor: identifierKinds[first.kind].safeHarbor,
    role: 'text',
    confidence: Math.round((0.5 + first.share * 0.4) * 100) / 100,
    reasons: [
      'its values are remarks',
      ...within.map(
        ({ kind, share }) => `${kind.replaceAll('_', ' ')} in ${percent(share)} of the looked-at remarks`,
      ),
    ],
    share: worded.length / values.length,
    within,
  };
}

/** Latitude and longitude count together; a first and a last name raise each other. */
function withPairs(
  columns: readonly ColumnSample[],
  findings: (ColumnFinding | null)[],
): (ColumnFinding | null)[] {
  const geo = columns.filter(
    (column) =>
      column.type === 'number' &&
      fits('coordinates', column) &&
      ruleFor(column.name).some(({ kind }) => kind === 'coordinates'),
  );
  if (geo.length < 2) return findings;
  return findings.map((found, index) => {
    const column = columns[index];
    if (column === undefined || !geo.includes(column)) return found;
    return finding(
      column,
      'coordinates',
      0.9,
      [`the column is called "${column.name}"`, 'another column is the other coordinate'],
      null,
    );
  });
}
