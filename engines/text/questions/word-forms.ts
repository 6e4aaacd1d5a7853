const irregularForms: Record<string, string> = {
  children: 'child',
  women: 'woman',
  men: 'man',
  mice: 'mouse',
  people: 'person',
  feet: 'foot',
  teeth: 'tooth',
  geese: 'goose',
  indices: 'index',
  matrices: 'matrix',
  diagnoses: 'diagnosis',
  analyses: 'analysis',
  hypotheses: 'hypothesis',
  criteria: 'criterion',
  bacteria: 'bacterium',
  nuclei: 'nucleus',
  data: 'data',
  species: 'species',
  series: 'series',
  genera: 'genus',
  leaves: 'leaf',
  halves: 'half',
  lives: 'life',
  wolves: 'wolf',
  calves: 'calf',
  knives: 'knife',
  diabetes: 'diabetes',
  weighs: 'weigh',
  does: 'do',
  has: 'have',
  is: 'is',
  was: 'was',
  movies: 'movie',
  calories: 'calorie',
  died: 'die',
  dying: 'die',
  lying: 'lie',
  bled: 'bleed',
  fed: 'feed',
  irises: 'iris',
  ids: 'id',
  viruses: 'virus',
  buses: 'bus',
};

/** A map, so that words such as `constructor` find nothing in it. */
const irregular = new Map(Object.entries(irregularForms));

/** Singular form: only endings of plurals and of third persons are taken off. */
export function stemOf(word: string): string {
  const known = irregular.get(word);
  if (known !== undefined) return known;
  if (word.length < 4) return word;
  if (/(?:ss|us|is)$/.test(word)) return word;
  if (/ies$/.test(word)) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1);
  if (/(?:sses|xes|ches|shes|zzes)$/.test(word)) return word.slice(0, -2);
  if (/s$/.test(word)) return word.slice(0, -1);
  return word;
}

const undouble = (word: string): string => (/([bdfgmnprt])\1$/.test(word) ? word.slice(0, -1) : word);

/** What is left when endings of verbs, agents and adjectives go too: smokers, smoking, smoked -> smok. */
export function rootOf(word: string): string {
  const stem = stemOf(word);
  if (stem.length < 5) return stem.replace(/e$/, '');
  const rules: [RegExp, number][] = [
    [/(?:ing)$/, 3],
    [/(?:ed|er|or)$/, 2],
    [/(?:ly)$/, 2],
  ];
  for (const [ending, length] of rules)
    if (ending.test(stem) && stem.length - length >= 3)
      return undouble(stem.slice(0, -length)).replace(/e$/, '');
  return stem.replace(/e$/, '');
}

/**
 * Damerau-Levenshtein distance (adjacent swaps count once, optimal string alignment), or `most + 1` as soon as
 * it must be larger.
 */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    let least = row;
    for (let col = 1; col <= b.length; col += 1) {
      const same = a[row - 1] === b[col - 1];
      let cost = Math.min(
        (above[col] as number) + 1,
        (current[col - 1] as number) + 1,
        (above[col - 1] as number) + (same ? 0 : 1),
      );
      if (row > 1 && col > 1 && a[row - 1] === b[col - 2] && a[row - 2] === b[col - 1])
        cost = Math.min(cost, (before[col - 2] as number) + 1);
      current.push(cost);
      least = Math.min(least, cost);
    }
    if (least > most) return most + 1;
    before = above;
    above = current;
  }
  return above[b.length] as number;
}

/** How many slips of the finger a word of this length may hold and still be taken for another. */
function typoAllowance(length: number): number {
  if (length < 5) return 0;
  return length < 9 ? 1 : 2;
}

/** True when `typed` is `known` with a slip or two; the first letters must agree unless they are swapped. */
export function isTypo(typed: string, known: string): boolean {
  const most = typoAllowance(Math.min(typed.length, known.length));
  if (most === 0 || typed === known) return false;
  if (typed[0] !== known[0] && !(typed[0] === known[1] && typed[1] === known[0])) return false;
  return editDistance(typed, known, most) <= most;
}
