import { median } from '@stroma/stats';
import type { EncodedPart, NumberPlan, TimePlan } from './encoder-options.ts';

export function planOfNumbers(name: string, values: Float64Array, impute: boolean): NumberPlan {
  if (!impute) return { plan: 'number', name, fill: null, indicator: false };
  const known = knownOf(values);
  return { plan: 'number', name, fill: median(known), indicator: known.length < values.length };
}

function knownOf(values: Float64Array): Float64Array {
  const known = new Float64Array(values.length);
  let count = 0;
  for (const value of values) if (!Number.isNaN(value)) known[count++] = value;
  return known.subarray(0, count);
}

export function encodeNumbers({ name, fill, indicator }: NumberPlan, values: Float64Array): EncodedPart {
  const part: EncodedPart = {
    names: [name],
    columns: [fill === null ? values : filled(values, fill)],
    categories: [0],
    scalable: [true],
  };
  if (indicator) addIndicator(part, name, values);
  return part;
}

const filled = (values: Float64Array, fill: number): Float64Array =>
  values.map((value) => (Number.isNaN(value) ? fill : value));

function addIndicator(part: EncodedPart, name: string, values: Float64Array): void {
  part.names.push(`${name} is missing`);
  part.columns.push(values.map((value) => (Number.isNaN(value) ? 1 : 0)));
  part.categories.push(0);
  part.scalable.push(false);
}

type TimePart = TimePlan['parts'][number];

/** How long a part's circle is, and where it begins. */
const circles: Record<Exclude<TimePart, 'year'>, { length: number; of: (date: Date) => number }> = {
  month: { length: 12, of: (date) => date.getUTCMonth() },
  weekday: { length: 7, of: (date) => date.getUTCDay() },
  hour: { length: 24, of: (date) => date.getUTCHours() + date.getUTCMinutes() / 60 },
};

const yearMs = 365.2425 * 86_400_000;

/** Only parts that differ among the training rows are kept. */
export function planOfTimes(name: string, values: Float64Array, impute: boolean, cyclic: boolean): TimePlan {
  const known = knownOf(values);
  const dates = Array.from(known, (value) => new Date(value));
  const differs = (of: (date: Date) => number) => dates.some((date) => of(date) !== of(dates[0] as Date));
  const parts: TimePart[] = ['year'];
  for (const part of ['month', 'weekday', 'hour'] as const) if (differs(circles[part].of)) parts.push(part);
  return {
    plan: 'time',
    name,
    fill: impute ? median(known) : null,
    indicator: impute && known.length < values.length,
    parts,
    cyclic,
  };
}

/** The year counts on with the days; month and weekday from 0 (January, Sunday), in UTC. */
export function encodeTimes(plan: TimePlan, values: Float64Array): EncodedPart {
  const { name, fill, indicator, parts, cyclic } = plan;
  const times = fill === null ? values : filled(values, fill);
  const part: EncodedPart = { names: [], columns: [], categories: [], scalable: [] };
  const add = (label: string, column: Float64Array, scalable: boolean) => {
    part.names.push(`${name}: ${label}`);
    part.columns.push(column);
    part.categories.push(0);
    part.scalable.push(scalable);
  };
  for (const own of parts) {
    if (own === 'year') {
      add(
        'year',
        times.map((ms) => 1970 + ms / yearMs),
        true,
      );
      continue;
    }
    const { length, of } = circles[own];
    const places = times.map((ms) => (Number.isNaN(ms) ? Number.NaN : of(new Date(ms))));
    if (!cyclic) {
      add(own, places, true);
      continue;
    }
    add(
      `${own} (sine)`,
      places.map((place) => Math.sin((2 * Math.PI * place) / length)),
      false,
    );
    add(
      `${own} (cosine)`,
      places.map((place) => Math.cos((2 * Math.PI * place) / length)),
      false,
    );
  }
  if (indicator) addIndicator(part, name, values);
  return part;
}
