import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Cell = string | number | null;

/** A linear congruential generator (Numerical Recipes constants): the same tables on every machine. */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 32;
  }
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }
  of<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)] as T;
  }
  decimal(low: number, high: number, digits: number): number {
    return Number((low + this.next() * (high - low)).toFixed(digits));
  }
  date(from: string, days: number): string {
    return new Date(Date.parse(from) + this.whole(0, days) * 86_400_000).toISOString().slice(0, 10);
  }
}

export interface RelatedTable {
  name: string;
  columns: string[];
  rows: Cell[][];
}

const many = <T>(count: number, make: (place: number) => T): T[] =>
  Array.from({ length: count }, (_, place) => make(place + 1));

/** Patients, their visits, samples, prescriptions, and the results of assays run on instruments. */
export function clinic(): RelatedTable[] {
  const dice = new Dice(11);
  const first = ['Ada', 'Ben', 'Cora', 'Dan', 'Eva', 'Finn', 'Gina', 'Hugo', 'Ivy', 'Jon', 'Kim', 'Leo'];
  const last = ['Abbot', 'Brandt', 'Costa', 'Dietz', 'Egger', 'Ferrari', 'Gruber', 'Huber'];
  const patients = many(40, (id) => [
    id,
    dice.of(first),
    dice.of(last),
    dice.of(['F', 'M']),
    dice.date('1940-01-01', 24_000),
    dice.of(['Basel', 'Bern', 'Geneva', 'Zurich']),
    dice.of(['yes', 'no']),
  ]);
  const doctors = ['Meier', 'Rossi', 'Keller', 'Favre', 'Novak', 'Lang'].map((name, place) => [
    place + 1,
    `Dr. ${name}`,
    ['cardiology', 'oncology', 'cardiology', 'neurology', 'oncology', 'dermatology'][place] as string,
    2005 + place * 3,
  ]);
  const visits = many(120, (id) => [
    id,
    dice.whole(1, 34),
    dice.whole(1, 5),
    dice.date('2022-01-03', 1080),
    dice.of(['check-up', 'follow-up', 'emergency']),
    dice.decimal(48, 110, 1),
    dice.whole(95, 180),
  ]);
  const samples = many(150, (id) => [
    id,
    dice.whole(1, 90),
    dice.of(['blood', 'urine', 'saliva']),
    dice.date('2022-01-03', 1080),
    dice.decimal(0.5, 10, 1),
  ]);
  const assays = [
    [1, 'glucose', 'mg/dL', 'enzymatic'],
    [2, 'sodium', 'mmol/L', 'electrode'],
    [3, 'CRP', 'mg/L', 'immunoassay'],
    [4, 'TSH', 'mIU/L', 'immunoassay'],
    [5, 'ferritin', 'ng/mL', 'immunoassay'],
  ];
  const instruments = [
    [1, 'Cobas 6000', 'Roche', 'Lab A'],
    [2, 'Architect i2000', 'Abbott', 'Lab A'],
    [3, 'Atellica', 'Siemens', 'Lab B'],
    [4, 'Alinity', 'Abbott', 'Lab B'],
  ];
  const runs = many(30, (id) => [
    id,
    dice.whole(1, 3),
    dice.date('2022-01-10', 1080),
    dice.of(['anna', 'boris', 'chen']),
    dice.of(['passed', 'passed', 'passed', 'failed']),
  ]);
  const results = many(400, (id) => [
    id,
    dice.whole(1, 140),
    dice.whole(1, 4),
    dice.whole(1, 28),
    dice.decimal(1, 200, 2),
    dice.of(['normal', 'normal', 'high', 'low']),
  ]);
  const prescriptions = many(70, (id) => [
    id,
    dice.whole(1, 110),
    dice.of(['aspirin', 'metformin', 'statin', 'ibuprofen']),
    dice.of([50, 100, 250, 500]),
    dice.whole(3, 60),
  ]);
  return [
    {
      name: 'patients',
      columns: ['patient_id', 'first_name', 'last_name', 'sex', 'birth_date', 'city', 'smoker'],
      rows: patients,
    },
    { name: 'doctors', columns: ['doctor_id', 'name', 'specialty', 'hired_year'], rows: doctors },
    {
      name: 'visits',
      columns: ['visit_id', 'patient_id', 'doctor_id', 'visit_date', 'reason', 'weight_kg', 'systolic_bp'],
      rows: visits,
    },
    {
      name: 'samples',
      columns: ['sample_id', 'visit_id', 'sample_type', 'collected_on', 'volume_ml'],
      rows: samples,
    },
    { name: 'assays', columns: ['assay_id', 'assay_name', 'unit', 'method'], rows: assays },
    {
      name: 'instruments',
      columns: ['instrument_id', 'instrument_name', 'manufacturer', 'location'],
      rows: instruments,
    },
    { name: 'runs', columns: ['run_id', 'instrument_id', 'run_date', 'operator', 'status'], rows: runs },
    {
      name: 'results',
      columns: ['result_id', 'sample_id', 'assay_id', 'run_id', 'value', 'flag'],
      rows: results,
    },
    {
      name: 'prescriptions',
      columns: ['prescription_id', 'visit_id', 'drug', 'dose_mg', 'days'],
      rows: prescriptions,
    },
  ];
}

/** Sites, surveys of them, and the species seen. Every table numbers its rows with a plain `id`. */
export function fieldwork(): RelatedTable[] {
  const dice = new Dice(23);
  const sites = many(12, (id) => [
    id,
    `${dice.of(['Upper', 'Lower', 'Old', 'New'])} ${dice.of(['Moor', 'Creek', 'Meadow', 'Ridge'])} ${id}`,
    dice.of(['forest', 'wetland', 'grassland']),
    dice.whole(80, 2400),
  ]);
  const species = [
    [1, 'red fox', 'Vulpes vulpes', 'Canidae', 'no'],
    [2, 'grey wolf', 'Canis lupus', 'Canidae', 'yes'],
    [3, 'lynx', 'Lynx lynx', 'Felidae', 'yes'],
    [4, 'wildcat', 'Felis silvestris', 'Felidae', 'no'],
    [5, 'badger', 'Meles meles', 'Mustelidae', 'no'],
    [6, 'otter', 'Lutra lutra', 'Mustelidae', 'yes'],
    [7, 'marten', 'Martes martes', 'Mustelidae', 'no'],
    [8, 'brown bear', 'Ursus arctos', 'Ursidae', 'yes'],
  ];
  const surveys = many(60, (id) => [
    id,
    dice.whole(1, 10),
    dice.date('2021-03-01', 1200),
    dice.of(['Lena', 'Marek', 'Nils', 'Olga']),
  ]);
  const sightings = many(200, (id) => [
    id,
    dice.whole(1, 55),
    dice.whole(1, 7),
    dice.whole(1, 9),
    dice.of(['adult', 'juvenile']),
  ]);
  return [
    { name: 'sites', columns: ['id', 'site_name', 'habitat', 'elevation_m'], rows: sites },
    { name: 'species', columns: ['id', 'common_name', 'latin_name', 'family', 'endangered'], rows: species },
    { name: 'surveys', columns: ['id', 'site_id', 'survey_date', 'observer'], rows: surveys },
    {
      name: 'sightings',
      columns: ['id', 'survey_id', 'species_id', 'animals', 'life_stage'],
      rows: sightings,
    },
  ];
}

/** A sample sheet, the subjects behind it, and a long table of measured genes, joined by texts. */
export function omics(): RelatedTable[] {
  const dice = new Dice(37);
  const subjects = many(18, (id) => [
    `SUBJ${String(id).padStart(3, '0')}`,
    dice.whole(21, 79),
    dice.of(['female', 'male']),
    dice.of(['control', 'asthma', 'COPD']),
    dice.decimal(18, 36, 1),
  ]);
  const samples = many(48, (id) => [
    `S${String(id).padStart(4, '0')}`,
    `SUBJ${String(dice.whole(1, 16)).padStart(3, '0')}`,
    dice.of(['lung', 'blood', 'nasal']),
    dice.of(['B1', 'B2', 'B3']),
    dice.decimal(5.5, 9.8, 1),
  ]);
  const symbols = ['TP53', 'IL6', 'TNF', 'ACTB', 'GAPDH', 'CXCL8', 'IFNG', 'STAT3'];
  const genes = symbols.map((symbol, place) => [
    symbol,
    ['17', '7', '6', '7', '12', '4', '12', '17'][place] as string,
    [
      'tumor suppressor',
      'cytokine',
      'cytokine',
      'housekeeping',
      'housekeeping',
      'cytokine',
      'cytokine',
      'transcription factor',
    ][place] as string,
  ]);
  const expression = samples
    .slice(0, 44)
    .flatMap(([sample]) =>
      symbols.slice(0, 7).map((symbol) => [sample as string, symbol, dice.decimal(0, 500, 2)]),
    );
  return [
    { name: 'subjects', columns: ['subject_id', 'age', 'sex', 'diagnosis', 'bmi'], rows: subjects },
    { name: 'samples', columns: ['sample_id', 'subject_id', 'tissue', 'batch', 'rin'], rows: samples },
    { name: 'genes', columns: ['gene', 'chromosome', 'category'], rows: genes },
    { name: 'expression', columns: ['sample_id', 'gene', 'tpm'], rows: expression },
  ];
}

/** Members, books, their authors, and loans, with keys of other names: a member number and an ISBN. */
export function library(): RelatedTable[] {
  const dice = new Dice(51);
  const authors = ['Woolf', 'Borges', 'Achebe', 'Atwood', 'Calvino', 'Lem'].map((name, place) => [
    place + 1,
    name,
    ['UK', 'Argentina', 'Nigeria', 'Canada', 'Italy', 'Poland'][place] as string,
  ]);
  const books = many(24, (id) => [
    `978-0-${1000 + id * 7}`,
    `${dice.of(['The', 'A', 'Another'])} ${dice.of(['Garden', 'Mirror', 'Tower', 'Voyage'])} ${id}`,
    dice.whole(1, 5),
    dice.whole(1925, 2015),
    dice.of(['novel', 'essay', 'poetry']),
    dice.whole(90, 620),
  ]);
  const members = many(15, (id) => [
    id + 100,
    `${dice.of(['Ann', 'Bo', 'Cy', 'Di', 'Ed'])} ${dice.of(['North', 'South', 'East', 'West'])}${id}`,
    dice.of(['Leeds', 'York', 'Hull']),
    dice.date('2018-01-01', 1500),
    dice.of(['student', 'adult', 'senior']),
  ]);
  const loans = many(90, (id) => [
    id,
    100 + dice.whole(1, 13),
    books[dice.whole(0, 20)]?.[0] ?? null,
    dice.date('2023-01-01', 700),
    dice.next() < 0.2 ? null : dice.date('2025-01-01', 60),
    dice.next() < 0.7 ? 0 : dice.decimal(0.5, 12, 2),
  ]);
  return [
    { name: 'authors', columns: ['author_id', 'author_name', 'country'], rows: authors },
    {
      name: 'books',
      columns: ['isbn', 'title', 'author_id', 'published_year', 'genre', 'pages'],
      rows: books,
    },
    {
      name: 'members',
      columns: ['member_no', 'member_name', 'town', 'joined_on', 'category'],
      rows: members,
    },
    {
      name: 'loans',
      columns: ['loan_id', 'member_no', 'isbn', 'loan_date', 'return_date', 'fine'],
      rows: loans,
    },
  ];
}

/** One long table of subjects seen four times, with remarks and two weights. */
export function followup(): RelatedTable[] {
  const dice = new Dice(67);
  const subjects = many(20, (id) => [
    `P${String(id).padStart(3, '0')}`,
    dice.whole(22, 75),
    dice.of(['F', 'M']),
  ]);
  const remarks = ['ok', 'blood in sample', 'blood in sample', 'late', null, 'hemolysed blood'];
  const rows = subjects.flatMap(([subject, age, sex]) =>
    many(4, (visit): Cell[] => [
      subject as string,
      age as number,
      sex as string,
      visit,
      dice.date('2023-01-01', 400),
      dice.decimal(50, 90, 1),
      dice.decimal(50, 95, 1),
      dice.of(remarks),
      dice.whole(80, 180) + visit / 10,
    ]),
  );
  const columns = [
    'subject_id',
    'age',
    'sex',
    'visit',
    'visit_date',
    'weight_0',
    'weight_12',
    'comments',
    'glucose',
  ];
  return [{ name: 'followup', columns, rows }];
}

const cell = (value: Cell): string =>
  value === null
    ? ''
    : /[",\n]/.test(String(value))
      ? `"${String(value).replaceAll('"', '""')}"`
      : String(value);

/** Writes the tables of a database as CSV files into a folder of its own; the paths, in the order of the tables. */
export function writeDatabase(folder: string, tables: RelatedTable[]): string[] {
  mkdirSync(folder, { recursive: true });
  return tables.map(({ name, columns, rows }) => {
    const path = join(folder, `${name}.csv`);
    writeFileSync(path, `${[columns, ...rows].map((row) => row.map(cell).join(',')).join('\n')}\n`);
    return path;
  });
}
