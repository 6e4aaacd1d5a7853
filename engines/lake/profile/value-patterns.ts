import type { ColumnFacts } from './column-facts.ts';

/** What a text looks like. Each is anchored: the whole value has to match. */
export const valuePatterns = {
  number: /^\s*[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:[.,]?\d+)(?:[eE][-+]?\d+)?\s*$/,
  date: /^\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d.*)?|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?: \d.*)?|\d{1,2}[- ]?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[-, ]+\d{2,4}|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2},? \d{4})\s*$/i,
  email: /^[^\s@<>"]+@[^\s@<>"]+\.[A-Za-z]{2,}$/,
  url: /^(?:https?|ftp|s3):\/\/\S+$|^www\.\S+\.\S+$/i,
  ipAddress:
    /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}$|^(?:[\da-f]{1,4}:){7}[\da-f]{1,4}$|^(?=.*::)[\da-f:]{2,39}$/i,
  uuid: /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i,
  phone: /^(?:\+\d{1,3}[\s.-]?)?(?:\(\d{1,5}\)[\s.-]?)?\d{2,5}(?:[\s.-]\d{2,5}){1,4}$|^\+?\d{7,15}$/,
  phoneFormal: /^\+\d[\d\s().-]{6,18}\d$|^\(\d{3}\)\s?\d{3}[-. ]\d{4}$|^\d{3}[-.]\d{3}[-.]\d{4}$/,
  socialSecurity: /^(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$/,
  icd10: /^[A-TV-Z]\d[\dA-Z](?:\.?[\dA-Z]{1,4})?$/,
  icd10Dotted: /^[A-TV-Z]\d[\dA-Z]\.[\dA-Z]{1,4}$/,
  dna: /^[ACGTUN]+$/i,
  protein: /^[ACDEFGHIKLMNPQRSTVWYBXZU]+\*?$/,
  geneSymbol: /^(?:[A-Z][A-Z\d]{1,11}(?:-[A-Z\d]{1,5}){0,2}|C(?:\d{1,2}|X)orf\d+)$/,
  geneSymbolMouse: /^[A-Z][a-z\d]{1,11}(?:-[a-z\d]{1,5})?$/,
  accession:
    /^(?:ENS[A-Z]*[GTPE]\d{11}(?:\.\d+)?|[NX][MRP]_\d+(?:\.\d+)?|rs\d+|GSM\d+|SRR\d+|[OPQ]\d[A-Z\d]{3}\d|CHEMBL\d+|HGNC:\d+|GO:\d{7}|HP:\d{7})$/,
  postalCode: /^(?=.*\d)[A-Z\d][A-Z\d -]{2,9}$/i,
  personName:
    /^(?:(?:Dr|Mr|Mrs|Ms|Prof)\.? )?\p{Lu}[\p{L}'’.-]*(?:,? (?:(?:van|von|de|der|den|di|da|la|le|bin|al) )*\p{Lu}[\p{L}'’.-]*){1,4}$/u,
  singleName: /^\p{Lu}[\p{L}'’-]{1,30}$/u,
  percent: /^\s*[-+]?\d+(?:[.,]\d+)?\s*%\s*$/,
} as const;

/** Share of the distinct values seen that match. 0 when there are none. */
export function matchShare(facts: ColumnFacts, pattern: RegExp): number {
  if (facts.sample.length === 0) return 0;
  let matching = 0;
  for (const { value } of facts.sample) if (pattern.test(value)) matching++;
  return matching / facts.sample.length;
}

/** The words of a column's name, lower case: `billLength_mm` and `Bill length (mm)` both end in `mm`. */
export function nameWords(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d%°µμ]+/u)
    .filter((word) => word !== '');
}
