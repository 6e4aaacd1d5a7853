import type { Finding } from '@stroma/contracts';
import { counted, type Draft, draft, percent, say } from './drafts.ts';

type Kept = Pick<
  Finding,
  'finding_id' | 'kind' | 'columns' | 'sql' | 'numbers' | 'severity' | 'n' | 'sampled' | 'period' | 'title'
>;

/** What to do about what was found, each with the findings it follows from; nothing where nothing was found. */
export function recommendations(findings: readonly Kept[], measure: string | null): Draft[] {
  const of = (kind: Finding['kind']) => findings.filter((each) => each.kind === kind);
  const made: (Draft | null)[] = [
    ...of('level_change').slice(0, 2).map(compareBeforeAfter),
    ...of('variance_change').slice(0, 1).map(askInstrument),
    ...of('odd_values')
      .filter(({ severity }) => severity !== 'info')
      .slice(0, 3)
      .map(checkValues),
    ...of('odd_period')
      .filter(({ severity }) => severity !== 'info')
      .slice(0, 2)
      .map(lookAtPeriod),
    ...of('odd_rows').slice(0, 1).map(checkRows),
    ...of('seasonality').slice(0, 2).map(compareSamePhase),
    ...of('redundant_columns').slice(0, 2).map(leaveOne),
    stratify(of('driver'), measure),
    ...of('quality')
      .filter(({ severity }) => severity !== 'info')
      .slice(0, 3)
      .map(mendQuality),
  ];
  return made.filter((each) => each !== null);
}

function recommend(
  from: Kept,
  title: string,
  text: string,
  action: string,
  numbers: Finding['numbers'] = {},
): Draft {
  return draft({
    group: 'todo',
    kind: 'recommendation',
    severity: from.severity,
    columns: from.columns,
    title,
    text,
    numbers,
    n: from.n,
    sampled: from.sampled,
    sql: from.sql,
    period: from.period,
    based_on: [from.finding_id],
    action,
    weight: { critical: 3, warning: 2, info: 1 }[from.severity],
  });
}

const first = ({ columns }: Kept): string => columns[0] ?? 'the table';

const compareBeforeAfter = (from: Kept): Draft =>
  recommend(
    from,
    `Find out what happened at ${from.period?.from}`,
    `The level changed at ${from.period?.from}: ${from.title}. Look for a new instrument, batch, site or way of recording at that moment, and do not pool rows from before and after without saying so.`,
    `Split the dataset at ${from.period?.from} and compare the two parts`,
  );

const askInstrument = (from: Kept): Draft =>
  recommend(
    from,
    `Check how ${first(from)} was measured from ${from.period?.from} on`,
    `${from.title}. Methods that take one variance for all rows do not hold over this moment.`,
    'Check calibration and recording, and use methods that allow unequal variances',
  );

const checkValues = (from: Kept): Draft =>
  recommend(
    from,
    `Check ${counted(from.numbers.count ?? 0, 'value')} of ${first(from)} at the source`,
    `${say(from.numbers.count ?? 0)} of ${say(from.numbers.n ?? 0)} values of ${first(from)} lie outside ${say(from.numbers.lower ?? 0)} to ${say(from.numbers.upper ?? 0)}. Slips of the unit or the decimal point are the first thing to look for; keep those that are real.`,
    'Compare these rows with the source, correct slips, and use medians or ranks until then',
    {
      count: from.numbers.count ?? null,
      n: from.numbers.n ?? null,
      lower: from.numbers.lower ?? null,
      upper: from.numbers.upper ?? null,
    },
  );

const lookAtPeriod = (from: Kept): Draft =>
  recommend(
    from,
    `Look at the rows from ${from.period?.from} to ${from.period?.to}`,
    `${from.title}. See whether something was reported at that time before the rows are used.`,
    'Open these rows, and mark the period if it is to be left out',
  );

const checkRows = (from: Kept): Draft =>
  recommend(
    from,
    `Read the ${counted(from.numbers.found ?? 0, 'odd row')} one by one`,
    `${say(from.numbers.found ?? 0)} of ${say(from.numbers.rows ?? 0)} rows hold combinations that the rest does not: swapped fields, rows of another population, or the most interesting cases.`,
    'Open the rows listed with the finding and decide on each',
    { found: from.numbers.found ?? null, rows: from.numbers.rows ?? null },
  );

const compareSamePhase = (from: Kept): Draft =>
  recommend(
    from,
    `Compare ${first(from)} with the same phase of its pattern`,
    `${from.title}: it explains ${say(from.numbers.strength ?? 0)} % of the variation. Comparisons between moments of different phase show the pattern and not a difference.`,
    'Group by the phase, or take the pattern off before comparing',
    { strength: from.numbers.strength ?? null },
  );

const leaveOne = (from: Kept): Draft =>
  recommend(
    from,
    `Leave out ${from.columns[1]} or ${from.columns[0]} in models`,
    `${from.title}. Both in one model share one effect between them at random.`,
    `Keep one of ${from.columns.join(' and ')}`,
  );

const mendQuality = (from: Kept): Draft =>
  recommend(
    from,
    from.columns.length === 0
      ? 'Mend the table before counting on it'
      : `Mend ${first(from)} before counting on it`,
    `${from.title}: ${percent((from.numbers.share ?? 0) / 100)} of ${say(from.numbers.rows ?? 0)} rows.`,
    'Open the Issues tab, which says what to do for each kind',
    { share: from.numbers.share ?? null, rows: from.numbers.rows ?? null },
  );

function stratify(drivers: readonly Kept[], measure: string | null): Draft | null {
  const [from] = drivers;
  if (from === undefined || measure === null || (from.numbers.alone ?? 0) < 5) return null;
  return recommend(
    from,
    `Compare ${measure} within classes of ${first(from)}`,
    `${first(from)} goes with ${say(from.numbers.alone ?? 0)} % of the differences in ${measure}. Groups unlike in ${first(from)} are likely to be unlike in ${measure}, whatever else sets them apart.`,
    `Stratify by ${first(from)}, or put it into the model`,
    { alone: from.numbers.alone ?? null },
  );
}
