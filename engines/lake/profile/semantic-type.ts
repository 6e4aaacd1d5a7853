import type { SemanticType } from '@stroma/kernel';
import type { ColumnFacts } from './column-facts.ts';
import { commonGeneSymbols } from './gene-symbols.ts';
import { matchShare, nameWords, valuePatterns } from './value-patterns.ts';

/** The least share of distinct values that has to look the part. */
const nearlyAll = 0.9;

interface Clues {
  facts: ColumnFacts;
  rows: number;
  words: ReadonlySet<string>;
  /** The name in one piece, words joined by `_`. */
  joined: string;
  present: number;
}

const says = (clues: Clues, ...words: string[]): boolean => words.some((word) => clues.words.has(word));
const share = (clues: Clues, pattern: RegExp): number => matchShare(clues.facts, pattern);

/** What a column means, from its values first and its name second; null when nothing speaks for a meaning. */
export function semanticTypeOf(facts: ColumnFacts, rows: number): SemanticType | null {
  const words = nameWords(facts.column.name);
  const clues: Clues = {
    facts,
    rows,
    words: new Set(words),
    joined: words.join('_'),
    present: rows - facts.nulls,
  };
  if (clues.present === 0) return null;
  switch (facts.column.kind) {
    case 'temporal':
      return 'date';
    case 'boolean':
      return 'category';
    case 'numeric':
      return numericMeaning(clues);
    case 'text':
      return textMeaning(clues);
    case 'other':
    case 'opaque':
      return null;
  }
}

const idWords = [
  'id',
  'ids',
  'uuid',
  'guid',
  'identifier',
  'accession',
  'barcode',
  'mrn',
  'pk',
  'rowid',
  'index',
];
const subjectWords = [
  'subject',
  'patient',
  'participant',
  'sample',
  'specimen',
  'subjid',
  'usubjid',
  'patid',
];
const categoryWords = [
  'group',
  'class',
  'type',
  'stage',
  'grade',
  'status',
  'sex',
  'gender',
  'arm',
  'batch',
  'level',
  'category',
  'treatment',
  'cluster',
  'flag',
  'is',
  'has',
  'race',
  'ethnicity',
  'outcome',
  'event',
  'label',
];

const namesIdentifier = (clues: Clues): boolean =>
  says(clues, ...idWords) ||
  (/(?:^|_)(?:[a-z]+id|.*_(?:nr|no|num|number|key|code))$/.test(clues.joined) && looksKeyLike(clues));

const looksKeyLike = ({ facts, present }: Clues): boolean =>
  facts.distinct > 0.5 * present && facts.distinct > 10;

function numericMeaning(clues: Clues): SemanticType {
  const { facts, present } = clues;
  const { min, max } = facts.numbers ?? { min: 0, max: 0 };
  const whole = facts.column.type === 'integer';
  if (says(clues, 'lat', 'latitude') && min >= -90 && max <= 90) return 'latitude';
  if (says(clues, 'lon', 'lng', 'long', 'longitude') && min >= -180 && max <= 180) return 'longitude';
  if (says(clues, 'year', 'yr', 'jahr', 'annee') && min >= 1000 && max <= 2200) return 'year';
  if (whole && says(clues, 'zip', 'zipcode', 'postcode', 'postal', 'plz')) return 'postal_code';
  if (says(clues, 'pct', 'percent', 'percentage', '%')) return 'percentage';
  if (whole && (namesIdentifier(clues) || says(clues, ...subjectWords))) return 'identifier';
  if (whole && isRunningNumber(clues)) return 'identifier';
  if (whole && isCoded(facts, present, clues)) return 'category';
  return 'measurement';
}

/** 1, 2, 3, ... in the first column, or under a name that says nothing. */
function isRunningNumber({ facts, present, rows, joined }: Clues): boolean {
  const { min, max } = facts.numbers ?? { min: 0, max: 0 };
  const complete = present === rows && facts.distinct === rows && rows >= 5;
  const running = (min === 0 || min === 1) && max - min === rows - 1;
  return (
    complete &&
    running &&
    (facts.column.index === 0 || /^(?:row|row_?names?|x|n|no|nr|unnamed.*|column_?0)?$/.test(joined))
  );
}

/** Numbers that stand for groups. */
function isCoded(facts: ColumnFacts, present: number, clues: Clues): boolean {
  if (facts.distinct <= 2 && present >= 4) return true;
  if (says(clues, ...categoryWords)) return facts.distinct <= 20;
  return facts.distinct <= 6 && present >= 4 * facts.distinct;
}

function textMeaning(clues: Clues): SemanticType | null {
  return (
    formalMeaning(clues) ?? biologicalMeaning(clues) ?? personalMeaning(clues) ?? identifierOrCategory(clues)
  );
}

function formalMeaning(clues: Clues): SemanticType | null {
  if (share(clues, valuePatterns.email) >= nearlyAll) return 'email';
  if (share(clues, valuePatterns.url) >= nearlyAll) return 'url';
  if (share(clues, valuePatterns.ipAddress) >= nearlyAll) return 'ip_address';
  if (share(clues, valuePatterns.uuid) >= nearlyAll) return 'identifier';
  if (share(clues, valuePatterns.accession) >= nearlyAll) return 'identifier';
  if (share(clues, valuePatterns.date) >= nearlyAll) return 'date';
  if (share(clues, valuePatterns.percent) >= nearlyAll) return 'percentage';
  return null;
}

function biologicalMeaning(clues: Clues): SemanticType | null {
  const { facts } = clues;
  const mean = facts.textLength?.mean ?? 0;
  const namesSequence = says(
    clues,
    'sequence',
    'seq',
    'dna',
    'rna',
    'primer',
    'oligo',
    'adapter',
    'guide',
    'sgrna',
    'kmer',
  );
  const namesProtein = says(clues, 'sequence', 'seq', 'protein', 'peptide', 'aa', 'cdr3', 'chain', 'fasta');
  if (share(clues, valuePatterns.dna) >= 0.95 && mean >= (namesSequence ? 3 : 10)) return 'dna_sequence';
  if (share(clues, valuePatterns.protein) >= 0.95 && mean >= (namesProtein ? 5 : 25))
    return 'protein_sequence';
  if (isIcd10(clues)) return 'icd10_code';
  if (isGeneSymbol(clues)) return 'gene_symbol';
  return null;
}

/** Plate wells (A01 ... H12) have the same shape: a dot or the name has to speak for a diagnosis. */
function isIcd10(clues: Clues): boolean {
  if (share(clues, valuePatterns.icd10) < nearlyAll || says(clues, 'well', 'plate', 'position')) return false;
  const named = says(
    clues,
    'icd',
    'icd10',
    'icd10cm',
    'diagnosis',
    'diagnoses',
    'diag',
    'dx',
    'disease',
    'condition',
  );
  return named || share(clues, valuePatterns.icd10Dotted) >= 0.3;
}

function isGeneSymbol(clues: Clues): boolean {
  const { sample } = clues.facts;
  const shaped = share(clues, valuePatterns.geneSymbol);
  const named = says(clues, 'gene', 'genes', 'symbol', 'symbols', 'hgnc', 'hugo');
  if (named && Math.max(shaped, share(clues, valuePatterns.geneSymbolMouse)) >= 0.8) return true;
  if (shaped < 0.8) return false;
  const known = sample.filter(({ value }) => commonGeneSymbols.has(value)).length;
  return known >= 3 && known / sample.length >= 0.2;
}

function personalMeaning(clues: Clues): SemanticType | null {
  if (share(clues, valuePatterns.phoneFormal) >= nearlyAll) return 'phone';
  const namesPhone = says(clues, 'phone', 'telephone', 'tel', 'mobile', 'cell', 'fax', 'telefon');
  if (namesPhone && share(clues, valuePatterns.phone) >= 0.8) return 'phone';
  const namesPostal = says(clues, 'zip', 'zipcode', 'postcode', 'postal', 'plz');
  if (namesPostal && share(clues, valuePatterns.postalCode) >= 0.8) return 'postal_code';
  return isPersonName(clues) ? 'person_name' : null;
}

function isPersonName(clues: Clues): boolean {
  const { joined } = clues;
  const part =
    /(?:^|_)(?:first|last|given|family|middle|maiden|sur|fore)_?name(?:_|$)|^(?:surname|firstname|lastname)$/;
  if (part.test(joined)) {
    const both = Math.max(share(clues, valuePatterns.singleName), share(clues, valuePatterns.personName));
    return both >= 0.7;
  }
  const named =
    /(?:^|_)(?:full|patient|person|contact|customer|employee|physician|doctor|nurse|investigator|author|client|user)s?_?name/;
  const people = [
    'patient',
    'physician',
    'doctor',
    'nurse',
    'investigator',
    'contact',
    'clinician',
    'person',
  ];
  const loose = joined === 'name' || says(clues, ...people);
  if (!named.test(joined) && !loose) return false;
  return share(clues, valuePatterns.personName) >= 0.8;
}

const longestLabel = 60;

function identifierOrCategory(clues: Clues): SemanticType | null {
  const { facts, present } = clues;
  const short = (facts.textLength?.max ?? 0) <= longestLabel;
  if (short && says(clues, ...idWords, ...subjectWords) && facts.distinct > 1) return 'identifier';
  if (short && namesIdentifier(clues)) return 'identifier';
  const repeats = facts.distinct <= 2 || facts.distinct <= Math.max(0.5 * present, present - 10);
  if (short && repeats && facts.distinct <= Math.max(50, Math.min(1000, 0.05 * present))) return 'category';
  const unique = facts.distinct === present && present >= 5;
  const codeLike = share(clues, /^[\w.:/+-]*\d[\w.:/+-]*$/) >= nearlyAll;
  return unique && short && codeLike ? 'identifier' : null;
}
