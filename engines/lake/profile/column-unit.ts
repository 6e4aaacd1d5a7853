import type { ColumnFacts } from './column-facts.ts';
import { nameWords } from './value-patterns.ts';

/** Spellings met in names and values, lower case, with their UCUM code. */
const spellings: Record<string, string> = {
  '%': '%',
  pct: '%',
  percent: '%',
  percentage: '%',
  ppm: '[ppm]',
  ppb: '[ppb]',
  '‰': '[ppth]',
  'o/oo': '[ppth]',
  m: 'm',
  meter: 'm',
  meters: 'm',
  metre: 'm',
  metres: 'm',
  km: 'km',
  cm: 'cm',
  mm: 'mm',
  um: 'um',
  µm: 'um',
  nm: 'nm',
  micron: 'um',
  microns: 'um',
  å: 'Ao',
  angstrom: 'Ao',
  angstroms: 'Ao',
  inch: '[in_i]',
  inches: '[in_i]',
  ft: '[ft_i]',
  feet: '[ft_i]',
  mile: '[mi_i]',
  miles: '[mi_i]',
  mi: '[mi_i]',
  g: 'g',
  gram: 'g',
  grams: 'g',
  kg: 'kg',
  kgs: 'kg',
  kilogram: 'kg',
  kilograms: 'kg',
  mg: 'mg',
  ug: 'ug',
  µg: 'ug',
  mcg: 'ug',
  ng: 'ng',
  pg: 'pg',
  lb: '[lb_av]',
  lbs: '[lb_av]',
  pound: '[lb_av]',
  pounds: '[lb_av]',
  oz: '[oz_av]',
  l: 'L',
  liter: 'L',
  liters: 'L',
  litre: 'L',
  litres: 'L',
  dl: 'dL',
  ml: 'mL',
  ul: 'uL',
  µl: 'uL',
  nl: 'nL',
  fl: 'fL',
  s: 's',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  ms: 'ms',
  msec: 'ms',
  us: 'us',
  µs: 'us',
  min: 'min',
  mins: 'min',
  minute: 'min',
  minutes: 'min',
  h: 'h',
  hr: 'h',
  hrs: 'h',
  hour: 'h',
  hours: 'h',
  d: 'd',
  day: 'd',
  days: 'd',
  week: 'wk',
  weeks: 'wk',
  wk: 'wk',
  wks: 'wk',
  month: 'mo',
  months: 'mo',
  mo: 'mo',
  year: 'a',
  years: 'a',
  yr: 'a',
  yrs: 'a',
  c: 'Cel',
  '°c': 'Cel',
  degc: 'Cel',
  celsius: 'Cel',
  f: '[degF]',
  '°f': '[degF]',
  degf: '[degF]',
  fahrenheit: '[degF]',
  k: 'K',
  kelvin: 'K',
  deg: 'deg',
  degree: 'deg',
  degrees: 'deg',
  '°': 'deg',
  rad: 'rad',
  mol: 'mol',
  mmol: 'mmol',
  umol: 'umol',
  µmol: 'umol',
  nmol: 'nmol',
  pmol: 'pmol',
  mm_conc: 'mmol/L',
  molar: 'mol/L',
  u: 'U',
  iu: '[iU]',
  kda: 'kDa',
  da: 'Da',
  bp: '{bp}',
  kb: '{kb}',
  cells: '{cells}',
  copies: '{copies}',
  counts: '{counts}',
  mmhg: 'mm[Hg]',
  pa: 'Pa',
  kpa: 'kPa',
  hpa: 'hPa',
  mpa: 'MPa',
  bar: 'bar',
  mbar: 'mbar',
  psi: '[psi]',
  atm: 'atm',
  torr: '{torr}',
  bpm: '/min',
  rpm: '{rpm}',
  hz: 'Hz',
  khz: 'kHz',
  mhz: 'MHz',
  ghz: 'GHz',
  v: 'V',
  mv: 'mV',
  uv: 'uV',
  kv: 'kV',
  a: 'A',
  ma: 'mA',
  w: 'W',
  kw: 'kW',
  mw: 'mW',
  kwh: 'kW.h',
  j: 'J',
  kj: 'kJ',
  cal: 'cal',
  kcal: 'kcal',
  n: 'N',
  lux: 'lx',
  db: 'dB',
  m2: 'm2',
  'm²': 'm2',
  m3: 'm3',
  'm³': 'm3',
  cm2: 'cm2',
  'cm²': 'cm2',
  mm2: 'mm2',
  'mm²': 'mm2',
  cm3: 'cm3',
  'cm³': 'cm3',
  ha: 'har',
};
/** Case tells these apart from the lower-case ones. */
const exactSpellings: Record<string, string> = {
  M: 'mol/L',
  mM: 'mmol/L',
  uM: 'umol/L',
  µM: 'umol/L',
  nM: 'nmol/L',
  pM: 'pmol/L',
  MPa: 'MPa',
  Mb: '{Mb}',
  MW: 'MW',
  mS: 'mS',
  Å: 'Ao',
};

/** Words of a name that are units wherever they end it. */
const plainSuffixes = new Set(
  `mm cm km um nm kg kgs mg ug mcg ng pg ml ul dl ms msec sec secs seconds mins minutes hrs hours days weeks wks months
  yrs celsius fahrenheit degc degf kelvin mmhg kpa hpa mbar bpm rpm hz khz mhz mv uv ma kw kwh kj kcal mmol umol nmol
  pmol kda lb lbs oz ft inches feet miles pct percent ppm ppb lux g grams meters metres liters litres m2 m3 cm2 cm3 mm2
  microns angstrom angstroms iu bp`.split(/\s+/),
);
/** Suffixes that mean a unit only beside a word of the same kind. */
const companions: Record<string, RegExp> = {
  m: /length|height|depth|dist|width|altitude|elevation|radius|diameter|thick|size/,
  s: /time|duration|latency|elapsed|interval|reaction|delay/,
  h: /time|duration|elapsed|age|interval|hours?/,
  hr: /time|duration|elapsed|interval/,
  min: /time|duration|elapsed|interval|latency/,
  d: /time|duration|elapsed|age|interval|followup|survival/,
  days: /./,
  month: /time|age|duration/,
  yr: /age|time|duration|survival|followup/,
  years: /./,
  year: /age|duration/,
  l: /vol|capacity|amount/,
  c: /temp/,
  f: /temp/,
  k: /temp/,
  v: /volt|potential/,
  w: /power|watt/,
  a: /current|ampere/,
  in: /length|height|width|depth|diameter|waist|size|rain|precip/,
  pa: /press/,
  bar: /press/,
  deg: /angle|dir|rotation|phase|lat|lon/,
  mi: /dist|range|mileage/,
  u: /activity|enzyme|dose|units/,
  j: /energy|work/,
  n: /force/,
};
const numerators = new Set(
  'mg g ug mcg ng pg mmol umol nmol pmol mol u iu miu cells copies km m cm ml l ul kg kcal kj w counts meq'.split(
    ' ',
  ),
);
const denominators = new Set('dl l ml ul kg m2 m3 h hr hour min s sec d day mg g cm2 mol'.split(' '));
const extraSpellings: Record<string, string> = {
  miu: 'm[iU]',
  meq: 'meq',
  hr: 'h',
  hour: 'h',
  day: 'd',
  sec: 's',
};

const code = (word: string): string | undefined =>
  exactSpellings[word] ??
  spellings[word.toLowerCase().replaceAll('μ', 'µ')] ??
  extraSpellings[word.toLowerCase()];

/** The unit a column is measured in, UCUM where UCUM has it: from the name, else from values such as `12 mg`. */
export function unitOf(facts: ColumnFacts): string | null {
  const { kind, name } = facts.column;
  if (kind !== 'numeric' && kind !== 'text') return null;
  const fromValues = kind === 'text' ? unitOfValues(facts) : null;
  if (kind === 'text') return fromValues;
  return bracketed(name) ?? suffix(name);
}

/** `Temp (°C)`, `conc [ng/mL]`, `speed, km/h`. */
function bracketed(name: string): string | null {
  const inside =
    /[([{]\s*([^()[\]{}]{1,30}?)\s*[)\]}]\s*$/.exec(name)?.[1] ??
    /[,;:]\s*([^\s,;:]{1,15})\s*$/.exec(name)?.[1];
  return inside ? compound(inside) : null;
}

/** `kg/m^2`, `mg·kg-1`, `ng per mL`: known units joined by division. */
function compound(text: string): string | null {
  const clean = text
    .replace(/\^/g, '')
    .replace(/\s+per\s+/i, '/')
    .trim();
  const whole = code(clean);
  if (whole) return whole;
  const parts = clean.split('/').map((part) => part.trim());
  if (parts.length === 2 && parts[0] === '') return code(parts[1] ?? '') ? `/${code(parts[1] ?? '')}` : null;
  if (parts.length < 2 || parts.length > 3) return null;
  const codes = parts.map((part) => {
    const power = /^10[eE]?(\d{1,2})$/.exec(part);
    return power ? `10*${power[1]}` : code(part);
  });
  return codes.every((part) => part !== undefined) ? codes.join('/') : null;
}

function suffix(name: string): string | null {
  const words = nameWords(name);
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  if (words.length >= 4 && before === 'per') return pair(words.at(-3) ?? '', last);
  const joined = words.length >= 3 ? pair(before, last) : null;
  if (joined) return joined;
  if (words.length < 2) return null;
  const rest = words.slice(0, -1).join(' ');
  const companion = companions[last];
  if (companion?.test(rest)) return last === 'in' ? '[in_i]' : (code(last) ?? null);
  return plainSuffixes.has(last) ? (code(last) ?? null) : null;
}

function pair(numerator: string, denominator: string): string | null {
  if (!numerators.has(numerator) || !denominators.has(denominator)) return null;
  if (numerator === 'm' && !['s', 'sec'].includes(denominator)) return null;
  return `${code(numerator)}/${code(denominator)}`;
}

function unitOfValues(facts: ColumnFacts): string | null {
  const counts = new Map<string, number>();
  let total = 0;
  for (const { value, count } of facts.sample) {
    total += count;
    const unit = /^\s*[-+<>≤≥~]?\s*\d+(?:[.,]\d+)?\s*([^\d\s.,][^\d]{0,14}?(?:\/[^\s]{1,8})?)\s*$/.exec(
      value,
    )?.[1];
    const known = unit ? compound(unit) : null;
    if (known) counts.set(known, (counts.get(known) ?? 0) + count);
  }
  const [best] = [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return best && facts.distinct >= 3 && best[1] >= 0.9 * total ? best[0] : null;
}
