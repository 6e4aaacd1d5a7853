import type { EncodedPart, TextPlan } from './encoder-options.ts';

/** Words of a text are looked at up to here. */
const mostWords = 2_000;

/**
 * Words and pairs of neighbouring words as hashes (FNV-1a of 32 bits, begun with the seed), with how often each is
 * there. Letters without case, accents kept; numbers are words.
 */
function termsOf(text: string, seed: number): Map<number, number> {
  const terms = new Map<number, number>();
  const words =
    text
      .toLowerCase()
      .normalize('NFC')
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  let before = '';
  for (const word of words.slice(0, mostWords)) {
    for (const term of before === '' ? [word] : [word, `${before} ${word}`]) {
      const hash = hashOf(term, seed);
      terms.set(hash, (terms.get(hash) ?? 0) + 1);
    }
    before = word;
  }
  return terms;
}

function hashOf(term: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < term.length; at++) {
    const code = term.charCodeAt(at);
    hash = Math.imul(hash ^ (code & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (code >> 8), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * The terms that tell most of the responses: by the largest of their correlations with "the term is there", times the
 * square root of the rows (a z-score); with no responses, by how evenly they divide the texts. Terms of fewer than
 * `rareBelow` texts, or of all, tell nothing. Ties by hash.
 */
export function planOfText(
  name: string,
  values: readonly (string | null)[],
  responses: readonly Float64Array[],
  { seed, mostTerms, rareBelow }: { seed: number; mostTerms: number; rareBelow: number },
): TextPlan {
  const centred = responses.map(standardised);
  const sums = new Map<number, Float64Array>();
  values.forEach((value, row) => {
    if (value === null) return;
    for (const hash of termsOf(value, seed).keys()) {
      let own = sums.get(hash);
      if (own === undefined) {
        own = new Float64Array(1 + centred.length);
        sums.set(hash, own);
      }
      own[0] = (own[0] as number) + 1;
      for (let at = 0; at < centred.length; at++)
        own[at + 1] = (own[at + 1] as number) + (centred[at]?.[row] as number);
    }
  });
  const n = values.length;
  const ranked: { hash: number; texts: number; worth: number }[] = [];
  for (const [hash, own] of sums) {
    const texts = own[0] as number;
    if (texts < rareBelow || texts === n) continue;
    const spread = texts * (1 - texts / n);
    let worth = centred.length === 0 ? spread : 0;
    for (let at = 1; at < own.length; at++)
      worth = Math.max(worth, Math.abs(own[at] as number) / Math.sqrt(spread));
    ranked.push({ hash, texts, worth });
  }
  ranked.sort((a, b) => b.worth - a.worth || a.hash - b.hash);
  const kept = ranked.slice(0, mostTerms).sort((a, b) => a.hash - b.hash);
  return {
    plan: 'text',
    name,
    seed,
    terms: Float64Array.from(kept, ({ hash }) => hash),
    weights: Float64Array.from(kept, ({ texts }) => Math.log((1 + n) / (1 + texts)) + 1),
  };
}

function standardised(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => (sd > 0 ? (value - mean) / sd : 0));
}

/** Each kept term's column: (1 + ln count) x ln-weighted rarity, and how long the text is. A missing text has none. */
export function encodeText(plan: TextPlan, values: readonly (string | null)[]): EncodedPart {
  const placeOf = new Map<number, number>();
  plan.terms.forEach((hash, place) => {
    placeOf.set(hash, place);
  });
  const columns = Array.from({ length: plan.terms.length + 1 }, () => new Float64Array(values.length));
  const lengths = columns[plan.terms.length] as Float64Array;
  values.forEach((value, row) => {
    if (value === null) return;
    for (const [hash, count] of termsOf(value, plan.seed)) {
      const place = placeOf.get(hash);
      if (place === undefined) continue;
      (columns[place] as Float64Array)[row] = (1 + Math.log(count)) * (plan.weights[place] as number);
    }
    lengths[row] = Math.log1p(value.length);
  });
  return {
    names: [
      ...Array.from(plan.terms, (hash) => `${plan.name} #${hash.toString(16)}`),
      `${plan.name}: length`,
    ],
    columns,
    categories: columns.map(() => 0),
    scalable: columns.map(() => true),
  };
}
