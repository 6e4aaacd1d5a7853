/** Zero-width marks, soft hyphens and joiners, which split a word without being seen. */
const unseen = /[\u00ad\u061c\u115f\u1160\u200b-\u200f\u2060-\u2064\ufeff]|\p{Variation_Selector}|\u034f/gu;
/** Marks that turn the reading direction: what is read is not what stands there. */
const turning = /[\u202a-\u202e\u2066-\u2069]/gu;
/** A second, invisible alphabet; no script uses it. */
const tags = /[\u{e0000}-\u{e007f}]/gu;

/** Letters of other alphabets that look like Latin ones. Unicode confusables (UTS #39), the lower-case Latin ones. */
const lookalikes: Readonly<Record<string, string>> = Object.fromEntries([
  ['а', 'a'],
  ['в', 'b'],
  ['с', 'c'],
  ['ԁ', 'd'],
  ['е', 'e'],
  ['һ', 'h'],
  ['і', 'i'],
  ['ј', 'j'],
  ['к', 'k'],
  ['м', 'm'],
  ['о', 'o'],
  ['р', 'p'],
  ['ѕ', 's'],
  ['т', 't'],
  ['у', 'y'],
  ['х', 'x'],
  ['α', 'a'],
  ['ε', 'e'],
  ['ι', 'i'],
  ['κ', 'k'],
  ['ν', 'v'],
  ['ο', 'o'],
  ['ρ', 'p'],
  ['τ', 't'],
  ['υ', 'u'],
  ['χ', 'x'],
  ['ɡ', 'g'],
  ['ı', 'i'],
  ['ո', 'n'],
  ['ս', 'u'],
] as const);
const lookalike = new RegExp(`[${Object.keys(lookalikes).join('')}]`, 'gu');
/** A word that mixes Latin with look-alikes, which no language does. */
const mixedWord =
  /[\p{L}]*(?:\p{Script=Latin}[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]|[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]\p{Script=Latin})[\p{L}]*/gu;

const digitLetters: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};

export interface PlainText {
  /** As a reader would say it: lower case, no accents, no hidden marks, single spaces. */
  text: string;
  /** The same with digits read as letters inside words (`1gn0re`); null where it is the same. */
  unmasked: string | null;
  hidden: { unseen: number; turning: number; tags: number; mixedWords: number };
  /** What the invisible alphabet spells; empty mostly. */
  tagged: string;
}

/** What a text says beneath what hides it from patterns. Linear in its length. */
export function plainText(given: string): PlainText {
  const tagged = (given.match(tags) ?? [])
    .map((each) => (each.codePointAt(0) ?? 0) - 0xe0000)
    .filter((code) => code >= 0x20 && code < 0x7f)
    .map((code) => String.fromCharCode(code))
    .join('');
  // A mark between two letters of scripts that need joiners is no disguise.
  const disguised = given.match(/\p{Script=Latin}[\u00ad\u200b\u2060\ufeff]+(?=\p{Script=Latin})/gu) ?? [];
  let mixedWords = 0;
  const latin = given
    .normalize('NFKC')
    .replaceAll(tags, '')
    .replaceAll(unseen, '')
    .replaceAll(turning, '')
    .toLowerCase()
    .replaceAll(mixedWord, (word) => {
      const read = word.replaceAll(lookalike, (letter) => lookalikes[letter] ?? letter);
      if (read.length >= 4 && /^\p{Script=Latin}+$/u.test(read)) {
        mixedWords += 1;
        return read;
      }
      return word;
    });
  const text = closeUp(
    latin
      .normalize('NFD')
      .replaceAll(/(?<=\p{Script=Latin})\p{M}+/gu, '')
      .normalize('NFC'),
  ).replaceAll(/[^\S\n]+/gu, ' ');
  const unmasked = text.replaceAll(/(?<=\p{L})[013457@$]+(?=\p{L})|\b[1430](?=\p{L}{2})/gu, (marks) =>
    [...marks].map((mark) => digitLetters[mark] ?? mark).join(''),
  );
  return {
    text,
    unmasked: unmasked === text ? null : unmasked,
    hidden: {
      unseen: disguised.length,
      turning: (given.match(turning) ?? []).length,
      tags: (given.match(tags) ?? []).length,
      mixedWords,
    },
    tagged,
  };
}

/** `i g n o r e` and `i.g.n.o.r.e` are one word; two spaces or more between words. */
function closeUp(text: string): string {
  return text.replaceAll(/(?<![\p{L}\p{N}])\p{L}(?:([ .\-_*])\p{L}){4,}(?![\p{L}\p{N}])/gu, (run) =>
    run.replaceAll(/[ .\-_*]/gu, ''),
  );
}
