import { StromaError } from '@stroma/kernel';
import type { IdentifierKind } from '../detection/kinds.ts';
import { findSpans } from '../detection/text-spans.ts';
import { bin, type Hierarchy, type Period, period } from './hierarchies.ts';
import { zip3 } from './postal-codes.ts';
import { pseudonym } from './pseudonyms.ts';

/** What makes one value another. Values come and go as text; dates in ISO form. A missing value stays missing. */
export type ValueAction =
  | { kind: 'mask'; keepStart: number; keepEnd: number }
  | { kind: 'pseudonymise'; prefix: string }
  | { kind: 'bins'; width: number; origin: number }
  | { kind: 'period'; unit: Period; oldestYear: number | null }
  | { kind: 'zip3' }
  | { kind: 'prefix'; characters: number }
  | { kind: 'hierarchy'; hierarchy: Hierarchy; level: number }
  | { kind: 'top_code'; above: number }
  | { kind: 'redact_text'; replacement: 'label' | 'pseudonym'; kinds: ReadonlySet<IdentifierKind> | null };

export interface ActionMaterial {
  /** 32 bytes; for pseudonyms. Null where no action needs it. */
  key: Uint8Array | null;
  /** Lower-case values of columns that are taken away, which texts must not hold either. */
  known: ReadonlySet<string>;
}

/** The function that an action is; it is given every distinct value once. */
export function mapperOf(action: ValueAction, material: ActionMaterial): (value: string) => string {
  switch (action.kind) {
    case 'mask':
      return (value) => mask(value, action.keepStart, action.keepEnd);
    case 'pseudonymise': {
      const key = keyOf(material);
      return (value) => `${action.prefix}${pseudonym(key, value)}`;
    }
    case 'bins':
      return (value) => bin(Number(value), action.width, action.origin);
    case 'period':
      return (value) => coarseDate(value, action.unit, action.oldestYear);
    case 'zip3':
      return zip3;
    case 'prefix':
      return (value) => `${[...value].slice(0, action.characters).join('')}*`;
    case 'hierarchy':
      return (value) => action.hierarchy.at(value, action.level);
    case 'top_code':
      return (value) => (Number(value) > action.above ? String(action.above + 1) : value);
    case 'redact_text':
      return (value) => redact(value, action, material);
  }
}

function keyOf({ key }: ActionMaterial): Uint8Array {
  if (key === null) throw new StromaError('INTERNAL', 'Expected a key for pseudonyms, got none.');
  return key;
}

/** As many `*` as characters are hidden, at most eight: the length of a long value is not told. At least one is hidden. */
function mask(value: string, keepStart: number, keepEnd: number): string {
  const characters = [...value];
  const start = Math.min(keepStart, Math.max(0, characters.length - 1));
  const end = Math.min(keepEnd, Math.max(0, characters.length - start - 1));
  const hidden = Math.min(8, Math.max(1, characters.length - start - end));
  return (
    characters.slice(0, start).join('') +
    '*'.repeat(hidden) +
    (end === 0 ? '' : characters.slice(-end).join(''))
  );
}

/** Years up to `oldestYear`, which would tell an age over 89, are one. */
function coarseDate(value: string, unit: Period, oldestYear: number | null): string {
  const year = Number(/^(\d{4})/.exec(value)?.[1]);
  if (oldestYear !== null && year <= oldestYear) return `${oldestYear} or before`;
  return period(value, unit);
}

function redact(
  text: string,
  { replacement, kinds }: Extract<ValueAction, { kind: 'redact_text' }>,
  material: ActionMaterial,
): string {
  const spans = findSpans(text, { known: material.known, ...(kinds === null ? {} : { kinds }) });
  let out = '';
  let at = 0;
  for (const { kind, start, end } of spans) {
    const word = kind.replaceAll('_', ' ');
    const found = text.slice(start, end);
    const tag =
      replacement === 'label'
        ? `[${word}]`
        : `[${word} ${pseudonym(keyOf(material), found.toLowerCase()).slice(0, 8)}]`;
    out += text.slice(at, start) + tag;
    at = end;
  }
  return out + text.slice(at);
}
