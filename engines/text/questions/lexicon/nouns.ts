import { stemOf } from '../word-forms.ts';

const words = (text: string): Set<string> => new Set(text.split(/\s+/).map(stemOf));

/** What a row may be called in any table. */
export const rowNouns = words(
  'case row record observation entry sample measurement datapoint example instance item line reading tuple measure assessment',
);

/** What a person in a table may be called: allowed where the columns speak of persons. */
const personNouns = words('patient subject participant person people individual respondent volunteer case');

const personEvidence = words(
  'age sex gender patient subject treatment bmi diagnosis smoker smoke smoking pregnant pregnancy npreg blood ' +
    'dose education ethnicity race outcome therapy hospital survival tumor disease insulin glucose weight pulse',
);

/** Nouns a table may be about, each with the words of table or column names that make it believable. */
const evidence: [string, string][] = [
  ['flower bloom iris blossom', 'petal sepal iris flower'],
  ['car vehicle automobile model auto', 'mpg cyl hp horsepower car vehicle engine make speed'],
  ['penguin bird', 'penguin flipper culmen bill'],
  ['animal', 'zoo milk feather hair backbone species tail penguin flipper scat mammal'],
  ['earthquake quake tremor event', 'quake mag magnitude richter'],
  ['wine', 'wine alcohol proline malic'],
  ['chick chicken bird', 'chick chickwt'],
  ['cat', 'cat'],
  ['plant', 'plant uptake petal sepal stem leaves'],
  ['tree', 'tree circumference'],
  ['baby birth newborn infant mother pregnancy delivery woman', 'birthwt bwt lwt birthweight gestation'],
  ['woman', 'npreg pregnant pregnancy parity menostat woman progrec birthwt lwt'],
  [
    'tumor tumour mass lesion biopsy cell nucleus',
    'radius texture concavity cell biopsy cancer tumor nuclei angle melanoma tsize tgrade',
  ],
  ['cell', 'cell nucleus'],
  ['student pupil', 'days_absent quine school lrn learner grade score'],
  ['school', 'school'],
  ['house home tract suburb neighborhood neighbourhood town', 'medv rm house crim'],
  ['eruption', 'eruption waiting geyser faithful'],
  ['state', 'arrests state'],
  ['country nation', 'country'],
  ['city town', 'city popul so2'],
  ['day date', 'date day weather'],
  ['insect', 'insect spray'],
  ['loom break', 'warp breaks wool'],
  ['herd', 'herd'],
  ['rat mouse', 'rat mouse mice'],
  ['guinea pig tooth animal', 'tooth len supp'],
  ['job run', 'compounds iterations protocol run'],
  ['study trial', 'study bcg'],
  ['athlete competitor heptathlete', 'hurdles javelin longjump shot chins situps'],
  ['person individual', 'chins situps waist'],
  ['image digit picture', 'pixel digit'],
  ['glass fragment piece sample', 'glass ri na mg al si'],
  ['politician representative congressman member', 'house votes'],
  ['scat dropping', 'scat'],
  ['plot', 'npk yield block'],
  ['strip', 'dyestuff yield batch'],
  ['province', 'province'],
  ['silhouette vehicle', 'vehicle comp circ'],
  ['customer client', 'customer client'],
  ['order sale transaction purchase', 'order sale transaction price amount'],
  ['employee worker staff', 'employee salary department'],
  ['product item', 'product price sku'],
  ['gene', 'gene expression symbol'],
  ['protein', 'protein'],
  ['well', 'plate well'],
];

/** True when rows of a table whose names hold these stems may be called by this stem. */
export function isPlausibleRowNoun(stem: string, names: Set<string>): boolean {
  if (rowNouns.has(stem)) return true;
  // Where a sex is stored, `women` means some of the rows, not all.
  if (
    ['woman', 'man', 'girl', 'boy', 'mother', 'father'].includes(stem) &&
    (names.has('sex') || names.has('gender'))
  )
    return false;
  if (personNouns.has(stem)) for (const word of personEvidence) if (names.has(word)) return true;
  for (const [nouns, signs] of evidence)
    if (
      nouns.split(' ').some((noun) => stemOf(noun) === stem) &&
      signs.split(' ').some((sign) => names.has(stemOf(sign)))
    )
      return true;
  return false;
}

export function isPersonNoun(stem: string): boolean {
  return (
    personNouns.has(stem) ||
    [
      'woman',
      'man',
      'child',
      'adult',
      'mother',
      'student',
      'pupil',
      'smoker',
      'girl',
      'boy',
      'employee',
      'female',
      'male',
    ].includes(stem)
  );
}
