import { allLocales, base, Faker, type LocaleDefinition } from '@faker-js/faker';
import type { ColumnSample } from '../index.ts';

/** A column whose truth is known: the kind that points to persons, or null for data about nobody. */
export interface Labelled {
  sample: ColumnSample;
  truth: string | null;
}

const rows = 300;
const locales: Record<string, LocaleDefinition> = {
  en: allLocales.en,
  de: allLocales.de,
  fr: allLocales.fr,
  es: allLocales.es,
  it: allLocales.it,
  nl: allLocales.nl,
};

type Make = (faker: Faker) => string | number;

const digit = (faker: Faker, length: number) => faker.string.numeric({ length, allowLeadingZeros: false });

/** Names of columns as people write them; one with a name that says nothing, so that the values must. */
const personal: readonly [truth: string, names: readonly string[], make: Make][] = [
  ['name', ['patient_name', 'FullName', 'name', 'x1'], (faker) => faker.person.fullName()],
  ['name', ['first_name', 'Vorname', 'givenName'], (faker) => faker.person.firstName()],
  ['name', ['last_name', 'surname', 'Nachname'], (faker) => faker.person.lastName()],
  ['street_address', ['address', 'street', 'Anschrift', 'c7'], (faker) => faker.location.streetAddress()],
  ['city', ['city', 'Wohnort', 'birthplace'], (faker) => faker.location.city()],
  ['postal_code', ['zip', 'PLZ', 'postal_code'], (faker) => faker.location.zipCode()],
  [
    'birth_date',
    ['dob', 'birth_date', 'Geburtsdatum'],
    (faker) => faker.date.birthdate().toISOString().slice(0, 10),
  ],
  ['date', ['admission_date', 'visit', 'v12'], (faker) => faker.date.past().toISOString().slice(0, 10)],
  ['phone', ['phone', 'tel', 'mobile_number'], (faker) => faker.phone.number()],
  ['fax', ['fax', 'fax_number'], (faker) => faker.phone.number()],
  ['email', ['email', 'contact', 'k2'], (faker) => faker.internet.email()],
  [
    'social_security',
    ['ssn', 'social_security_no', 'q'],
    (faker) =>
      `${faker.number.int({ min: 101, max: 665 })}-${faker.number.int({ min: 10, max: 99 })}-${faker.number.int({ min: 1000, max: 9999 })}`,
  ],
  ['medical_record', ['mrn', 'patient_id', 'medical_record_number'], (faker) => `M${digit(faker, 7)}`],
  ['health_plan', ['member_id', 'insurance_number', 'beneficiary'], (faker) => `H${digit(faker, 9)}`],
  ['account', ['account_number', 'iban', 'b5'], (faker) => faker.finance.iban()],
  ['account', ['credit_card', 'card_number'], (faker) => faker.finance.creditCardNumber('################')],
  ['certificate', ['license_number', 'drivers_licence', 'npi'], (faker) => `D${digit(faker, 8)}`],
  ['vehicle', ['vin', 'license_plate'], (faker) => faker.vehicle.vrm()],
  [
    'device',
    ['serial_number', 'device_id'],
    (faker) => faker.string.alphanumeric({ length: 12, casing: 'upper' }),
  ],
  ['device', ['mac', 'z9'], (faker) => faker.internet.mac()],
  ['url', ['homepage', 'url', 'w'], (faker) => faker.internet.url()],
  ['ip_address', ['ip', 'last_login_from', 'h'], (faker) => faker.internet.ipv4()],
  ['biometric', ['fingerprint', 'face_template'], (faker) => faker.string.hexadecimal({ length: 32 })],
  ['photo', ['photo', 'portrait', 'p'], (faker) => `${faker.string.alphanumeric(8)}.jpg`],
  ['national_id', ['passport', 'national_id'], (faker) => `C${digit(faker, 8)}`],
  ['unique_code', ['study_code', 'subject_id', 'uuid'], (faker) => faker.string.uuid()],
  [
    'free_text',
    ['note', 'comment'],
    (faker) =>
      `Seen with ${faker.person.fullName()} on ${faker.date.past().toISOString().slice(0, 10)} because of ongoing pain in the left knee.`,
  ],
];

/** About nobody: measurements, categories, codes of things, words. */
const impersonal: readonly [names: readonly string[], make: Make][] = [
  [['glucose', 'crp', 'm1'], (faker) => faker.number.float({ min: 1, max: 20, fractionDigits: 2 })],
  [['heart_rate', 'n'], (faker) => faker.number.int({ min: 40, max: 180 })],
  [['diagnosis', 'icd'], (faker) => faker.helpers.arrayElement(['I10', 'E11.9', 'J45', 'C50', 'M54.5'])],
  [
    ['drug', 'treatment'],
    (faker) => faker.helpers.arrayElement(['metformin', 'aspirin', 'placebo', 'ramipril']),
  ],
  [['arm', 'group'], (faker) => faker.helpers.arrayElement(['A', 'B'])],
  [
    ['gene', 'symbol'],
    (faker) => faker.helpers.arrayElement(['TP53', 'BRCA1', 'EGFR', 'KRAS', 'MYC', 'APOE']),
  ],
  [['species'], (faker) => faker.animal.dog()],
  [['product', 'brand'], (faker) => faker.commerce.productName()],
  [['element'], (faker) => faker.science.chemicalElement().name],
  [['unit'], (faker) => faker.science.unit().name],
  [['colour', 'color'], (faker) => faker.color.human()],
  [['year'], (faker) => faker.number.int({ min: 1990, max: 2024 })],
  [['price', 'cost'], (faker) => Number(faker.commerce.price())],
  [['reads', 'count'], (faker) => faker.number.int({ min: 0, max: 5_000_000 })],
  [['expression', 'logfc'], (faker) => faker.number.float({ min: -8, max: 8, fractionDigits: 5 })],
  [['sequence'], (faker) => faker.string.fromCharacters('ACGT', 30)],
  [['stage', 'grade'], (faker) => faker.helpers.arrayElement(['I', 'II', 'III', 'IV'])],
  [['month'], (faker) => faker.date.month()],
  [['weekday', 'day'], (faker) => faker.date.weekday()],
  [['version'], (faker) => faker.system.semver()],
];

export function labelledTables(seed: number): Labelled[] {
  return Object.entries(locales).flatMap(([locale, definition], index) => {
    const faker = new Faker({ locale: [definition, allLocales.en, base], seed: seed + index });
    const made = (truth: string | null, names: readonly string[], make: Make) =>
      names.map((name) => ({
        truth,
        sample: sampleOf(
          name,
          Array.from({ length: rows }, () => make(faker)),
        ),
      }));
    return [
      ...personal.flatMap(([truth, names, make]) => made(truth, names, make)),
      ...(locale === 'en' ? impersonal.flatMap(([names, make]) => made(null, names, make)) : []),
    ];
  });
}

export function sampleOf(name: string, values: readonly (string | number)[]): ColumnSample {
  const distinct = [...new Set(values)];
  const numbers = values.filter((value) => typeof value === 'number');
  const isNumber = numbers.length === values.length;
  const isDay = values.every((value) => /^\d{4}-\d{2}-\d{2}$/.test(String(value)));
  return {
    name,
    type: isNumber ? (numbers.every(Number.isInteger) ? 'integer' : 'number') : isDay ? 'date' : 'text',
    rows: values.length,
    nulls: 0,
    distinct: distinct.length,
    values: distinct.map(String),
    min: isNumber ? Math.min(...numbers) : null,
    max: isNumber ? Math.max(...numbers) : null,
  };
}
