import { stemOf } from '../word-forms.ts';

/** Words that mean the same thing in the head of a table. */
const close = [
  'weight mass weigh',
  'age aged',
  'height stature',
  'sex gender',
  'subject patient participant individual volunteer respondent',
  'person people individual',
  'treatment therapy arm intervention trt',
  'arm group',
  'outcome response',
  'dose dosage',
  'bill culmen beak',
  'precipitation rain rainfall precip',
  'population inhabitant',
  'speed velocity',
  'country nation',
  'salary wage pay earnings',
  'revenue turnover',
  'ethnicity race eth',
  'tumor tumour',
  'color colour',
  'concentration conc',
  'physician doctor',
  'drug medication medicine',
  'hospital clinic centre center site',
  'duration length',
  'smoke smoking tobacco cigarette',
  'location place',
  'circumference girth',
  'grade stage',
  'education schooling',
  'car vehicle automobile auto',
  'city town',
  'score rating',
  'price cost',
  'quantity amount',
  'id identifier',
  'state province',
  'kind type',
  'cluster group',
  'magnitude mag',
  'fertility birthrate',
  'plasma serum',
  'sulfur sulphur',
  'fibre fiber',
  'hemoglobin haemoglobin',
  'specialty speciality specialization',
  'rep representative salesperson salesman seller',
  'client customer buyer',
  'begin start',
  'finish end',
  'diet feed food',
  'spray insecticide',
  'horsepower power',
  'batch lot',
  'yield output',
  'variety cultivar',
  'origin provenance',
  'eruption duration',
  'infant baby newborn',
  'mortality death',
  'glucose sugar',
  'mean average',
  'max maximum',
  'min minimum',
  'total sum overall',
  'depth deep',
  'longitude lon',
  'latitude lat',
  'lifespan lifetime',
  'tax taxation',
  'room rm',
];

/** Words that may mean the same thing; enough only when nothing nearer is there. */
const loose = [
  'status outcome result state',
  'class type category diagnosis group label',
  'species type kind',
  'year time date',
  'price cost amount value',
  'time duration',
  'concentration level',
  'count number',
  'treatment group',
  'treatment drug',
  'sample specimen',
  'name label',
  'feed diet food',
  'rate frequency',
  'size length',
  'size area',
  'measurement value',
  'supplement treatment',
  'response value',
];

function groupsOf(lines: string[]): Map<string, Set<number>> {
  const groups = new Map<string, Set<number>>();
  lines.forEach((line, index) => {
    for (const word of line.split(' ')) {
      const stem = stemOf(word);
      const known = groups.get(stem) ?? new Set<number>();
      known.add(index);
      groups.set(stem, known);
    }
  });
  return groups;
}

const closeGroups = groupsOf(close);
const looseGroups = groupsOf(loose);

function share(groups: Map<string, Set<number>>, a: string, b: string): boolean {
  const left = groups.get(a);
  const right = groups.get(b);
  if (left === undefined || right === undefined) return false;
  for (const group of left) if (right.has(group)) return true;
  return false;
}

/** How well one stem stands for another, 0 when they are unrelated. */
export function synonymQuality(a: string, b: string): number {
  if (share(closeGroups, a, b)) return 0.85;
  return share(looseGroups, a, b) ? 0.62 : 0;
}

export function isSynonymWord(stem: string): boolean {
  return closeGroups.has(stem) || looseGroups.has(stem);
}
