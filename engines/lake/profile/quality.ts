import type { ColumnProfile, QualityIssue, QualityScore } from '@stroma/kernel';
import type { ColumnFacts } from './column-facts.ts';
import { matchShare, nameWords, valuePatterns } from './value-patterns.ts';

type Severity = QualityIssue['severity'];

/** Shares from which an issue is a warning and critical. */
const grade = (share: number, warning: number, critical: number): Severity =>
  share >= critical ? 'critical' : share >= warning ? 'warning' : 'info';

const percent = (share: number): string => {
  const value = share * 100;
  if (value > 0 && value < 0.1) return 'under 0.1 %';
  return `${value >= 10 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} %`;
};
const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** What is worth a person's attention, in the order of the columns, the table's own issues first. */
export function findIssues(
  facts: readonly ColumnFacts[],
  columns: readonly ColumnProfile[],
  rows: number,
  duplicateRows: number,
  rejectedRows: number,
): QualityIssue[] {
  const issues: QualityIssue[] = [];
  if (rejectedRows > 0) {
    const share = rejectedRows / (rows + rejectedRows);
    issues.push({
      kind: 'rejected_rows',
      severity: grade(share, 0.001, 0.05),
      column: null,
      message: `${counted(rejectedRows, 'row', 'rows')} did not fit the table (${percent(share)}) and went to the rejects.`,
      count: rejectedRows,
      share,
    });
  }
  if (duplicateRows > 0) {
    const share = duplicateRows / rows;
    issues.push({
      kind: 'duplicates',
      severity: grade(share, 0.001, 0.1),
      column: null,
      message: `${counted(duplicateRows, 'row repeats', 'rows repeat')} an earlier row exactly (${percent(share)}).`,
      count: duplicateRows,
      share,
    });
  }
  columns.forEach((column, index) => {
    const fact = facts[index];
    if (fact) issues.push(...columnIssues(fact, column, rows));
  });
  return issues;
}

function columnIssues(facts: ColumnFacts, column: ColumnProfile, rows: number): QualityIssue[] {
  const found = [
    nullIssue(column),
    constantIssue(facts, column, rows),
    mixedIssue(facts, column, rows),
    outlierIssue(column, rows),
    skewIssue(column, rows),
    piiIssue(facts, column, rows),
  ];
  return found.filter((issue) => issue !== null);
}

function nullIssue(column: ColumnProfile): QualityIssue | null {
  const share = column.null_share;
  if (share <= 0.5) return null;
  return {
    kind: 'high_nulls',
    severity: share >= 0.9 ? 'critical' : 'warning',
    column: column.name,
    message: `${percent(share)} of the values are missing.`,
    count: column.nulls,
    share,
  };
}

function constantIssue(facts: ColumnFacts, column: ColumnProfile, rows: number): QualityIssue | null {
  if (rows < 2 || facts.distinct !== 1) return null;
  const present = rows - column.nulls;
  return {
    kind: 'constant',
    severity: 'info',
    column: column.name,
    message: column.nulls > 0 ? 'Every value that is present is the same.' : 'Every row has the same value.',
    count: present,
    share: present / rows,
  };
}

function mixedIssue(facts: ColumnFacts, column: ColumnProfile, rows: number): QualityIssue | null {
  if (!facts.mixed) return null;
  const { kind, others } = facts.mixed;
  const share = others / rows;
  return {
    kind: 'mixed_types',
    severity: 'warning',
    column: column.name,
    message: `Most values are ${kind}s, but ${counted(others, 'is', 'are')} not, so the column is text.`,
    count: others,
    share,
  };
}

const notMeasured = new Set(['identifier', 'year', 'postal_code', 'latitude', 'longitude']);

/** Codes, flags and places have no outliers to speak of; nor has a column whose middle half is one value. */
function hasMeaningfulSpread(column: ColumnProfile): boolean {
  if (!column.quantiles || column.distinct <= 2) return false;
  return !notMeasured.has(column.semantic ?? '') && column.quantiles.p75 > column.quantiles.p25;
}

function outlierIssue(column: ColumnProfile, rows: number): QualityIssue | null {
  const { outliers } = column;
  if (!outliers || outliers.count === 0 || !hasMeaningfulSpread(column)) return null;
  const share = outliers.count / rows;
  return {
    kind: 'outliers',
    severity: grade(share, 0.05, Number.POSITIVE_INFINITY),
    column: column.name,
    message: `${counted(outliers.count, 'value lies', 'values lie')} more than 1.5 interquartile ranges outside the middle half.`,
    count: outliers.count,
    share,
  };
}

/** |G1| of 2 is that of an exponential distribution. */
const strongSkew = 2;

function skewIssue(column: ColumnProfile, rows: number): QualityIssue | null {
  const { skewness } = column;
  const present = rows - column.nulls;
  if (skewness === null || Math.abs(skewness) <= strongSkew || present < 20) return null;
  if (column.distinct <= 2 || notMeasured.has(column.semantic ?? '')) return null;
  return {
    kind: 'skew',
    severity: 'info',
    column: column.name,
    message: `The values are strongly skewed to the ${skewness > 0 ? 'right' : 'left'} (skewness ${skewness.toFixed(1)}).`,
    count: present,
    share: present / rows,
  };
}

const personal: Partial<Record<NonNullable<ColumnProfile['semantic']>, string>> = {
  email: 'e-mail addresses',
  phone: 'phone numbers',
  person_name: "people's names",
  ip_address: 'network addresses',
};

function piiIssue(facts: ColumnFacts, column: ColumnProfile, rows: number): QualityIssue | null {
  const what = personalContent(facts, column);
  const present = rows - column.nulls;
  if (what === null || present === 0) return null;
  return {
    kind: 'possible_pii',
    severity: 'warning',
    column: column.name,
    message: `The values look like ${what}. Make sure that they may be kept here.`,
    count: present,
    share: present / rows,
  };
}

const containsEmail = /[^\s@<>"]+@[^\s@<>"]+\.[A-Za-z]{2,}/;

function personalContent(facts: ColumnFacts, column: ColumnProfile): string | null {
  const known = column.semantic ? personal[column.semantic] : undefined;
  if (known) return known;
  const words = nameWords(column.name);
  const joined = words.join('_');
  if (matchShare(facts, valuePatterns.socialSecurity) >= 0.5) return 'social security numbers';
  if (
    /^(?:ssn|social_security(?:_number|_no)?|nhs_number|passport(?:_number|_no)?|mrn|medical_record_number)$/.test(
      joined,
    )
  ) {
    return 'personal numbers';
  }
  const birth = /(?:^|_)(?:dob|birth_?date|date_?of_?birth|birth_?day|geburtsdatum)(?:_|$)/;
  if (
    birth.test(joined) &&
    (column.type === 'date' || column.type === 'timestamp' || column.semantic === 'date')
  ) {
    return 'dates of birth';
  }
  if (
    column.type === 'text' &&
    /(?:^|_)street(?:_|$)|^(?:(?:home|postal|mailing|patient|street|full)_)?address(?:_\d)?$/.test(joined)
  ) {
    return 'home addresses';
  }
  if (matchShare(facts, containsEmail) >= 0.2) return 'texts with e-mail addresses';
  return null;
}

const weights = { completeness: 0.4, uniqueness: 0.2, validity: 0.2, consistency: 0.2 } as const;

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** The formula is in docs/data-quality.md. A table without rows or columns scores 0. */
export function scoreQuality(
  facts: readonly ColumnFacts[],
  columns: readonly ColumnProfile[],
  rows: number,
  duplicateRows: number,
  rejectedRows: number,
): QualityScore {
  if (rows === 0 || columns.length === 0) {
    return { score: 0, completeness: 0, uniqueness: 0, validity: 0, consistency: 0 };
  }
  const completeness = 1 - mean(columns.map((column) => column.null_share));
  const uniqueness = 1 - duplicateRows / rows;
  const misfits = mean(facts.map((column) => (column.mixed ? column.mixed.others / rows : 0)));
  const validity = (rows / (rows + rejectedRows)) * (1 - misfits);
  const consistency = 1 - mean(columns.map((column) => inconsistency(column, rows)));
  const score =
    weights.completeness * completeness +
    weights.uniqueness * uniqueness +
    weights.validity * validity +
    weights.consistency * consistency;
  return { score: Math.max(0, Math.min(1, score)), completeness, uniqueness, validity, consistency };
}

/** A constant or empty column tells nothing; of a measured one, its outliers are in doubt. */
function inconsistency(column: ColumnProfile, rows: number): number {
  if (column.distinct <= 1 && rows > 1) return 1;
  return column.outliers && hasMeaningfulSpread(column) ? column.outliers.count / rows : 0;
}
