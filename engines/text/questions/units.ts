/** Units that may follow a number, by what they measure, with their size in the first of the kind. */
const kinds: Record<string, number>[] = [
  {
    mm: 1,
    millimeter: 1,
    millimetre: 1,
    cm: 10,
    centimeter: 10,
    centimetre: 10,
    m: 1000,
    meter: 1000,
    metre: 1000,
    km: 1e6,
    kilometer: 1e6,
    kilometre: 1e6,
    inch: 25.4,
    inches: 25.4,
    in: 25.4,
    ft: 304.8,
    foot: 304.8,
    feet: 304.8,
    mile: 1609344,
    um: 0.001,
    micron: 0.001,
    nm: 1e-6,
  },
  {
    g: 1,
    gram: 1,
    gramme: 1,
    kg: 1000,
    kilo: 1000,
    kilogram: 1000,
    mg: 0.001,
    milligram: 0.001,
    ug: 1e-6,
    microgram: 1e-6,
    lb: 453.59237,
    lbs: 453.59237,
    pound: 453.59237,
    oz: 28.349523125,
    ounce: 28.349523125,
    ton: 1e6,
    tonne: 1e6,
  },
  {
    s: 1,
    sec: 1,
    second: 1,
    min: 60,
    minute: 60,
    h: 3600,
    hr: 3600,
    hrs: 3600,
    hour: 3600,
    day: 86400,
    days: 86400,
    week: 604800,
    ms: 0.001,
    millisecond: 0.001,
  },
  { l: 1, liter: 1, litre: 1, ml: 0.001, milliliter: 0.001, millilitre: 0.001, dl: 0.1 },
  { year: 1, years: 1, yr: 1, yrs: 1, yo: 1 },
  { usd: 1, dollar: 1, $: 1 },
  { eur: 1, euro: 1, '€': 1 },
  { '%': 1, percent: 1, pct: 1 },
  { mmhg: 1 },
  { bpm: 1 },
  { mph: 1 },
  { '°c': 1, celsius: 1, c: 1 },
  { '°f': 1, fahrenheit: 1 },
  { degree: 1, degrees: 1, '°': 1 },
];

const singular = (unit: string): string => {
  const lower = unit.toLowerCase();
  return kinds.some((kind) => Object.hasOwn(kind, lower)) ? lower : lower.replace(/s$/, '');
};

const kindOf = (unit: string): Record<string, number> | undefined =>
  kinds.find((kind) => Object.hasOwn(kind, singular(unit)));

export function isUnitWord(word: string): boolean {
  return kindOf(word) !== undefined && !['in', 'day', 'days', 'week', 'month'].includes(word);
}

/**
 * A number given in one unit, in another; as it stands when the column's unit is not known; null when the two
 * do not measure the same thing.
 */
export function convertUnit(value: number, from: string, to: string | null): number | null {
  if (to === null) return value;
  const source = kindOf(from);
  const target = kindOf(to);
  if (source === undefined || target === undefined) return singular(from) === singular(to) ? value : null;
  if (source !== target) return null;
  const converted = (value * (source[singular(from)] as number)) / (target[singular(to)] as number);
  return Number(converted.toPrecision(12));
}
