import { ambiguousNames, familyNames, givenNames } from './names.ts';
import type { TextSpan } from './text-spans.ts';

const common = new Set(
  'the a an and or of in on at to for with no not yes mr mrs dr ms prof patient was is were had has denies reports seen monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december emergency room department history blood pressure heart chest pain left right medical hospital clinic mri ct x-ray ecg type'.split(
    ' ',
  ),
);

export function likelyName(text: string): boolean {
  const parts = text.split(/[ .]+/).filter((part) => part !== '');
  if (parts.some((part) => common.has(part.toLowerCase()))) return false;
  return parts.some((part) => part.length > 1 && isKnown(part)) || parts.length === 2;
}

const isKnown = (word: string): boolean => {
  const lower = word.toLowerCase();
  return givenNames.has(lower) || familyNames.has(lower);
};

/**
 * Names without a word before them: a known given name and a capitalised word after it (or `Family, Given`), and a
 * known given name alone where it is no other word.
 */
export function nameSpans(text: string): TextSpan[] {
  const words = [...text.matchAll(/\p{Lu}[\p{L}'’-]+/gu)];
  return words.flatMap((_, index) => nameAt(text, words, index) ?? []);
}

function nameAt(text: string, words: readonly RegExpExecArray[], index: number): TextSpan | null {
  const word = words[index] as RegExpExecArray;
  const lower = word[0].toLowerCase();
  if (!givenNames.has(lower) || common.has(lower)) return null;
  const span = (
    from: RegExpExecArray,
    to: RegExpExecArray,
    confidence: number,
    reason: string,
  ): TextSpan => ({
    kind: 'name',
    start: from.index,
    end: endOf(to),
    confidence,
    reason,
  });
  const following = followingNames(text, words, index);
  const [second] = following;
  if (second !== undefined) {
    const known = isKnown(second[0]);
    if (ambiguousNames.has(lower) && !known) return null;
    return span(word, following.at(-1) ?? second, known ? 0.95 : 0.85, 'known given name and a further name');
  }
  const before = words[index - 1];
  if (before && text.slice(endOf(before), word.index) === ', ' && familyNames.has(before[0].toLowerCase()))
    return span(before, word, 0.95, 'family name, given name');
  if (ambiguousNames.has(lower) || startsSentenceAlone(text, word.index) || lower.length <= 3) return null;
  return span(word, word, 0.7, 'known given name');
}

const endOf = (match: RegExpExecArray): number => match.index + match[0].length;

/** Up to three capitalised words that go on from a given name, over initials and particles. */
function followingNames(text: string, words: readonly RegExpExecArray[], index: number): RegExpExecArray[] {
  const between = /^(?: (?:\p{Lu}\.? )?(?:(?:van|von|de|der|den|la|di|da|del|el|bin|al|zu) )*|-)$/u;
  const found: RegExpExecArray[] = [];
  let end = endOf(words[index] as RegExpExecArray);
  for (const next of words.slice(index + 1, index + 4)) {
    if (!between.test(text.slice(end, next.index)) || common.has(next[0].toLowerCase())) break;
    found.push(next);
    end = endOf(next);
  }
  return found;
}

const startsSentenceAlone = (text: string, at: number): boolean => at === 0 && !text.includes(' ');
