import { rootOf, stemOf } from './word-forms.ts';

export interface Token {
  kind: 'word' | 'number' | 'symbol' | 'quoted';
  /** As typed. */
  text: string;
  lower: string;
  stem: string;
  root: string;
  start: number;
  end: number;
  /** Of a number. */
  value: number;
  /** No blank between this token and the one before. */
  glued: boolean;
}

/** Questions longer than this are cut: nobody asks one in more, and every later step stays bounded. */
const longestQuestion = 2000;
const mostTokens = 160;

const pattern =
  /"([^"]{1,200})"|“([^”]{1,200})”|(?<![\p{L}\p{N}])['‘]([^'’]{1,200})['’](?![\p{L}\p{N}])|(\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d])|\d+(?:\.\d+)?(?:[eE][-+]?\d+(?![\p{L}\p{N}]))?)|([\p{L}\p{M}]+)|([^\s\p{C}])/gu;

/** Splits `studyName`, `BCGVacc` and `patientID` where the case turns. */
function humps(word: string): string[] {
  if (/^\p{Lu}+s$/u.test(word)) return [word];
  return word.split(/(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u);
}

function wordToken(text: string, start: number, glued: boolean): Token {
  const lower = text.toLowerCase().normalize('NFKC');
  return {
    kind: 'word',
    text,
    lower,
    stem: stemOf(lower),
    root: rootOf(lower),
    start,
    end: start + text.length,
    value: Number.NaN,
    glued,
  };
}

/** Words, numbers, symbols and quoted pieces of a question, with their places in the text. */
export function tokenize(question: string): Token[] {
  const text = question.slice(0, longestQuestion).replace(/[’]/g, "'");
  const tokens: Token[] = [];
  let last = -1;
  for (const found of text.matchAll(pattern)) {
    if (tokens.length >= mostTokens) break;
    const start = found.index;
    const raw = found[0];
    const glued = start === last;
    last = start + raw.length;
    const quoted = found[1] ?? found[2] ?? found[3];
    const base = { text: raw, stem: raw, root: raw, start, end: last, glued };
    if (quoted !== undefined)
      tokens.push({ ...base, kind: 'quoted', lower: quoted.toLowerCase(), value: Number.NaN });
    else if (found[4] !== undefined)
      tokens.push({ ...base, kind: 'number', lower: raw, value: Number(raw.replaceAll(',', '')) });
    else if (found[5] !== undefined) {
      let at = start;
      for (const part of humps(raw)) {
        tokens.push(wordToken(part, at, at === start ? glued : true));
        at += part.length;
      }
    } else tokens.push({ ...base, kind: 'symbol', lower: raw, value: Number.NaN });
  }
  return joinContractions(withoutHyphens(tokens));
}

/** `4-cylinder` and `non-smokers` are two words; `2010-2015` keeps its dash. */
function withoutHyphens(tokens: Token[]): Token[] {
  return tokens.filter((token, index) => {
    const before = tokens[index - 1];
    const after = tokens[index + 1];
    const inner = /^[-‐‑]$/.test(token.lower) && token.glued && after?.glued === true;
    return !(inner && before !== undefined && (before.kind === 'word' || after.kind === 'word'));
  });
}

/** `isn't` becomes `is` and `not`; the `'s` of a possessive goes. */
function joinContractions(tokens: Token[]): Token[] {
  const out: Token[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] as Token;
    const next = tokens[index + 1];
    if (
      token.lower === "'" &&
      token.glued &&
      next?.glued &&
      ['s', 't', 're', 've', 'll', 'd'].includes(next.lower)
    ) {
      const before = out.at(-1);
      if (next.lower === 't' && before?.lower.endsWith('n')) {
        before.lower = before.lower.slice(0, -1);
        before.stem = before.lower;
        out.push({ ...next, lower: 'not', stem: 'not', root: 'not', start: token.start });
      }
      index += 1;
    } else out.push(token);
  }
  return out;
}

const namePattern =
  /(\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?(?:[eE][-+]?\d+(?![\p{L}\p{N}]))?)|[\p{L}\p{M}]+/gu;

/** The words and numbers of a name or a stored value, lower case, the way a question is split. */
export function splitName(name: string): string[] {
  const words: string[] = [];
  for (const found of name.slice(0, longestQuestion).matchAll(namePattern)) {
    if (words.length >= mostTokens) break;
    if (found[1] !== undefined) words.push(found[0]);
    else for (const part of humps(found[0])) words.push(part.toLowerCase().normalize('NFKC'));
  }
  return words;
}
