import { dayForms } from './dates.ts';
import type { IdentifierKind } from './kinds.ts';
import { ambiguousNames } from './names.ts';
import { nameSpans } from './names-in-text.ts';
import { cities } from './places.ts';
import { textPatterns } from './text-patterns.ts';

/** A part of a text, `start` up to, not with, `end`, in UTF-16 code units. */
export interface TextSpan {
  kind: IdentifierKind;
  start: number;
  end: number;
  confidence: number;
  reason: string;
}

function citySpans(text: string): TextSpan[] {
  const found: TextSpan[] = [];
  for (const match of text.matchAll(/\p{Lu}[\p{L}.'-]+(?:[ ]\p{Lu}[\p{L}.'-]+){0,2}/gu)) {
    const parts = match[0].split(' ');
    for (let from = 0; from < parts.length; from++)
      for (let to = parts.length; to > from; to--) {
        const name = parts.slice(from, to).join(' ').replace(/[.]$/, '');
        if (!cities.has(name.toLowerCase()) || ambiguousNames.has(name.toLowerCase())) continue;
        const start = match.index + parts.slice(0, from).join(' ').length + (from > 0 ? 1 : 0);
        found.push({
          kind: 'city',
          start,
          end: start + name.length,
          confidence: 0.75,
          reason: 'name of a city',
        });
        from = to - 1;
        break;
      }
  }
  return found;
}

function daySpans(text: string): TextSpan[] {
  return dayForms.flatMap((form) =>
    [...text.matchAll(form)].map((match) => ({
      kind: 'date' as const,
      start: match.index,
      end: match.index + match[0].length,
      confidence: 0.95,
      reason: 'a day of the calendar',
    })),
  );
}

export interface TextOptions {
  /** Only these kinds; all when absent. */
  kinds?: ReadonlySet<IdentifierKind>;
  /** Lower-case words and names (of up to four words) known to point to persons here, for example from other columns. */
  known?: ReadonlySet<string>;
}

/**
 * What in a text points to persons, in order and without overlaps; of two that overlap the surer, then the longer
 * stays. English and German text; names without a title or a known given name are missed.
 */
export function findSpans(text: string, { kinds, known }: TextOptions = {}): TextSpan[] {
  const found: TextSpan[] = [];
  for (const { kind, pattern: regex, confidence, reason, group = 0, holds } of textPatterns) {
    if (kinds !== undefined && !kinds.has(kind)) continue;
    for (const match of text.matchAll(regex)) {
      const part = match[group];
      if (part === undefined || part === '' || holds?.(part) === false) continue;
      const start = match.index + (group === 0 ? 0 : match[0].lastIndexOf(part));
      found.push({ kind, start, end: start + part.length, confidence, reason });
    }
  }
  const wants = (kind: IdentifierKind) => kinds === undefined || kinds.has(kind);
  if (wants('name')) found.push(...nameSpans(text));
  if (wants('city')) found.push(...citySpans(text));
  if (wants('date')) found.push(...daySpans(text));
  if (known !== undefined) found.push(...knownSpans(text, known));
  return withoutOverlaps(found);
}

const elsewhere = 'stands in another column';

function knownSpans(text: string, known: ReadonlySet<string>): TextSpan[] {
  const words = [...text.matchAll(/[\p{L}\d][\p{L}\d'’@._/+-]*/gu)];
  const found: TextSpan[] = [];
  for (const [index, first] of words.entries())
    for (let count = Math.min(4, words.length - index); count > 0; count--) {
      const last = words[index + count - 1];
      if (last === undefined) continue;
      const end = last.index + last[0].length;
      const part = text.slice(first.index, end).toLowerCase();
      const trimmed = part.replace(/[.,;:_/-]+$/, '');
      if (!known.has(part) && !known.has(trimmed)) continue;
      const shorter = known.has(part) ? 0 : part.length - trimmed.length;
      found.push({
        kind: 'unique_code',
        start: first.index,
        end: end - shorter,
        confidence: 1,
        reason: elsewhere,
      });
      break;
    }
  return found;
}

function withoutOverlaps(spans: TextSpan[]): TextSpan[] {
  const byTrust = spans.toSorted(
    (a, b) => b.confidence - a.confidence || b.end - b.start - (a.end - a.start) || a.start - b.start,
  );
  const kept: TextSpan[] = [];
  for (const span of byTrust) {
    const other = kept.find((each) => span.start < each.end && each.start < span.end);
    if (other === undefined) kept.push({ ...span });
    else {
      // What sticks out of a surer one points to a person too; a form says more of what it is than where else it stands.
      if (other.reason === elsewhere) other.kind = span.kind;
      other.start = Math.min(other.start, span.start);
      other.end = Math.max(other.end, span.end);
    }
  }
  return merged(kept.toSorted((a, b) => a.start - b.start));
}

function merged(spans: TextSpan[]): TextSpan[] {
  const out: TextSpan[] = [];
  for (const span of spans) {
    const last = out.at(-1);
    if (last !== undefined && span.start < last.end) last.end = Math.max(last.end, span.end);
    else out.push(span);
  }
  return out;
}
