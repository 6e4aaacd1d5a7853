import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import { detectColumn, findSpans, type IdentifierKind, identifierKinds } from '../index.ts';
import * as check from './checksums.ts';
import { labelledTables, sampleOf } from './labelled-tables.suite.ts';

describe('check digits', () => {
  // Published examples of the issuers' own documents, or of the standards.
  it('accepts published examples and no neighbour of theirs', () => {
    const examples: [(text: string) => boolean, string][] = [
      [check.paymentCard, '4111111111111111'],
      [check.iban, 'DE89370400440532013000'],
      [check.iban, 'GB29NWBK60161331926819'],
      [check.nhsNumber, '9434765919'],
      [check.steuerId, '86095742719'],
      [check.vin, '1M8GDM9AXKP042788'],
      [check.npi, '1234567893'],
      [check.spanishDni, '12345678Z'],
      [check.codiceFiscale, 'RSSMRA85T10A562S'],
      [check.dutchBsn, '111222333'],
      [check.pesel, '44051401359'],
      [check.personnummer, '8112189876'],
      [check.hetu, '131052-308T'],
      [check.cpf, '52998224725'],
      [check.canadianSin, '130692544'],
      [check.aadhaar, '234123412346'],
      [check.chineseResident, '11010519491231002X'],
      [check.routingNumber, '021000021'],
      [check.imei, '490154203237518'],
      [check.germanHealthInsurance, 'A123456780'],
      [check.belgianNational, '85073003328'],
    ];
    for (const [valid, text] of examples) {
      expect(valid(text), text).toBe(true);
      const at = text.search(/\d(?=\D*$)/);
      const wrong = text.slice(0, at) + ((Number(text[at]) + 1) % 10) + text.slice(at + 1);
      expect(valid(wrong), wrong).toBe(false);
    }
  });

  it('knows which social security numbers were never given out', () => {
    for (const text of ['000123456', '666123456', '900123456', '123004567', '123450000'])
      expect(check.socialSecurity(text)).toBe(false);
    expect(check.socialSecurity('123456789')).toBe(true);
  });
});

/** Right when the column is found as pointing to persons, by whatever kind: what is done to it protects it either way. */
function score(seed: number) {
  const columns = labelledTables(seed).map(({ sample, truth }) => ({
    truth,
    name: sample.name,
    found: detectColumn(sample),
  }));
  const direct = (each: (typeof columns)[number]) => each.found !== null && each.found.kind !== 'demographic';
  const hits = columns.filter((each) => each.truth !== null && direct(each));
  const missed = columns.filter((each) => each.truth !== null && !direct(each));
  const wrong = columns.filter((each) => each.truth === null && direct(each));
  const sameKind = hits.filter(({ truth, found }) => found?.kind === truth);
  return {
    recall: hits.length / (hits.length + missed.length),
    precision: hits.length / (hits.length + wrong.length),
    kind: sameKind.length / hits.length,
    falsePositives: wrong.length / columns.filter(({ truth }) => truth === null).length,
    missed: missed.map(({ truth, name }) => `${truth}: ${name}`),
    wrong: wrong.map(({ name, found }) => `${name}: ${found?.kind}`),
    confused: hits
      .filter(({ truth, found }) => found?.kind !== truth)
      .map(({ truth, name, found }) => `${truth}: ${name} as ${found?.kind}`),
  };
}

describe('columns whose truth is known, in six languages', () => {
  it('finds nearly all, and little that is none', () => {
    const { recall, precision, kind, falsePositives } = score(11);
    expect(recall).toBeGreaterThanOrEqual(0.95);
    expect(precision).toBeGreaterThanOrEqual(0.98);
    expect(kind).toBeGreaterThanOrEqual(0.9);
    expect(falsePositives).toBeLessThanOrEqual(0.1);
  });
});

/** Columns of real research tables: what they hold about persons, by reading them. */
const research = [
  'stats/iris.csv',
  'stats/mtcars.csv',
  'stats/ToothGrowth.csv',
  'stats/airquality.csv',
  'stats/Puromycin.csv',
  'stats/PlantGrowth.csv',
  'stats/warpbreaks.csv',
  'survival/ovarian.csv',
  'survival/rats.csv',
  'omics/breast_tcga/test_mirna.csv',
];

describe('short remarks', () => {
  it('are texts to be redacted where they name somebody, and nothing where they do not', () => {
    const doctors = ['Liskov', 'Dijkstra', 'Meyer', 'Knuth', 'Perlman'];
    const seen = detectColumn(
      sampleOf(
        'note',
        doctors.map((name) => `seen by Dr. ${name}`),
      ),
    );
    expect(seen).toMatchObject({ kind: 'free_text', safe_harbor: 'A', within: [{ kind: 'name' }] });
    const plain = ['stable since last visit', 'glucose a bit higher', 'dose was halved', 'no change at all'];
    expect(detectColumn(sampleOf('note', plain))).toBeNull();
    expect(detectColumn(sampleOf('island', ['Isle of Man', 'Isle of Wight', 'Bay of Biscay']))).toBeNull();
  });
});

describe('tables that name nobody', () => {
  it.skipIf(sharedData('stats') === null)('has at most one false alarm in a hundred columns', () => {
    const alarms: string[] = [];
    let looked = 0;
    for (const path of research) {
      const file = sharedData(path);
      if (file === null) continue;
      const lines = readFileSync(file, 'utf8')
        .trim()
        .split(/\r?\n/)
        .map((line) => line.split(',').map((cell) => cell.replace(/^"|"$/g, '')));
      const [header = [], ...body] = lines;
      for (const [at, name] of header.entries()) {
        const cells = body.map((row) => row[at] ?? '').filter((cell) => cell !== '' && cell !== 'NA');
        const numeric = cells.every((cell) => !Number.isNaN(Number(cell)));
        const found =
          cells.length === 0 ? null : detectColumn(sampleOf(name, numeric ? cells.map(Number) : cells));
        looked += 1;
        const isTrue =
          found === null ||
          found.kind === 'age' ||
          found.kind === 'demographic' ||
          (found.kind === 'unique_code' && /id|subject|^$|rowname/i.test(name));
        if (!isTrue) alarms.push(`${path} ${name}: ${found.kind} (${found.reasons.join('; ')})`);
      }
    }
    expect(looked).toBeGreaterThan(40);
    expect(alarms.length / looked, alarms.join('\n')).toBeLessThanOrEqual(0.01);
  });
});

const notes: [text: string, found: readonly string[]][] = [
  [
    'Patient John Smith (MRN: 4482913) was seen on 03/14/2021 by Dr. Alice Meyer at Mercy General Hospital.',
    ['John Smith', '4482913', '03/14/2021', 'Alice Meyer', 'Mercy General Hospital'],
  ],
  [
    'Call 555-123-4567 or fax 555-222-1111. He lives in Boston, MA 02139, 12 Oak Street.',
    ['555-123-4567', '555-222-1111', 'Boston', '02139', '12 Oak Street'],
  ],
  [
    'Herr Müller, wohnhaft in der Hauptstraße 12, 20095 Hamburg, geb. 12.03.1950, Tel. 040 123456.',
    ['Müller', 'Hauptstraße 12', '20095', 'Hamburg', '12.03.1950', '040 123456'],
  ],
  [
    'SSN 123-45-6789, policy number X99-12345, pacemaker serial PM7788123, plate 8ABC123.',
    ['123-45-6789', 'X99-12345', 'PM7788123', '8ABC123'],
  ],
  [
    'Mail maria.garcia@example.org, see https://example.org/p/77 from 192.168.10.4.',
    ['maria.garcia@example.org', 'https://example.org/p/77', '192.168.10.4'],
  ],
  [
    'A 93-year-old woman, admitted on March 3rd, 2020; daughter Emily Clark was informed.',
    ['93', 'March 3rd, 2020', 'Emily Clark'],
  ],
];

const kindsInTexts: readonly [kind: IdentifierKind, text: string, wanted: string][] = [
  ['name', 'Patient Maria Gonzalez was seen today.', 'Maria Gonzalez'],
  ['street_address', 'Lives at 221 Baker Street, Springfield, IL 62704.', '221 Baker Street'],
  ['date', 'Admitted 03/14/2021, discharged on 17 March 2021.', '17 March 2021'],
  ['phone', 'Call (415) 555-0132 x12.', '(415) 555-0132'],
  ['fax', 'Fax: 415-555-0199', '415-555-0199'],
  ['email', 'mail j.doe@clinic.org', 'j.doe@clinic.org'],
  ['social_security', 'SSN 123-45-6789', '123-45-6789'],
  ['medical_record', 'MRN: 00482913', '00482913'],
  ['health_plan', 'Member ID W1234 56789 of the plan', 'W1234 56789'],
  ['health_plan', 'Medicare number 1EG4-TE5-MK73', '1EG4-TE5-MK73'],
  ['account', 'Account no. 4556-7781-22', '4556-7781-22'],
  ['certificate', 'Driver license D1234567', 'D1234567'],
  ['vehicle', 'VIN 1HGCM82633A004352', '1HGCM82633A004352'],
  ['vehicle', 'license plate 7ABC123', '7ABC123'],
  ['device', 'pacemaker serial number SN-88219-A', 'SN-88219-A'],
  ['url', 'see www.janedoe.net', 'www.janedoe.net'],
  ['ip_address', 'from 192.168.10.7', '192.168.10.7'],
  ['ip_address', 'from 2001:db8::8a2e:370:7334', '2001:db8::8a2e:370:7334'],
  ['ip_address', 'from 2001:db8:0:0:1:8a2e:370:7334.', '2001:db8:0:0:1:8a2e:370:7334'],
  ['biometric', 'fingerprint template 9f86d081884c7d659a2feaa0c55ad015', '9f86d081884c7d659a2feaa0c55ad015'],
  ['photo', 'Photo: jane_face.jpg', 'jane_face.jpg'],
  ['national_id', 'Passport C01X00T47', 'C01X00T47'],
  ['unique_code', 'study ID 550e8400-e29b-41d4-a716-446655440000', '550e8400-e29b-41d4-a716-446655440000'],
];

describe('texts', () => {
  it('finds what points to persons, whole', () => {
    for (const [text, wanted] of notes) {
      const found = findSpans(text).map(({ start, end }) => text.slice(start, end));
      for (const each of wanted)
        expect(
          found.some((part) => part.includes(each)),
          `${each} in ${JSON.stringify(found)}`,
        ).toBe(true);
    }
  });

  it('finds each of the eighteen kinds of 45 CFR 164.514(b)(2)(i)', () => {
    const letters = new Set(kindsInTexts.map(([kind]) => identifierKinds[kind].safeHarbor));
    expect([...letters].join('')).toBe('ABCDEFGHIJKLMNOPQR');
    for (const [kind, text, wanted] of kindsInTexts) {
      const found = findSpans(text).map((span) => [span.kind, text.slice(span.start, span.end)]);
      expect(
        found.some(([as, part]) => as === kind && part?.includes(wanted)),
        `${kind}: ${wanted} in ${JSON.stringify(found)}`,
      ).toBe(true);
    }
  });

  it('takes no time, package or ratio for an address', () => {
    for (const text of ['at 12:30:45', 'dplyr::filter', 'ratio 3:1:2', 'a 1:2:3:4 dilution', 'std::vec'])
      expect(
        findSpans(text).filter(({ kind }) => kind === 'ip_address'),
        text,
      ).toEqual([]);
  });

  it('leaves clinical words alone', () => {
    for (const text of [
      'Blood pressure 120/80 mmHg, glucose 5.4, MRI of the left knee normal. Grade 2 tear.',
      'Started metformin 500 mg twice daily; HbA1c 7.2 % after three months of treatment.',
      'No fever, chills or night sweats. Lungs clear to auscultation bilaterally.',
      'TP53 and BRCA1 were mutated in 12 of 40 samples; IL-6 rose to 15 pg/mL.',
      'Parkinson disease, stage 3; Hodgkin lymphoma excluded. Glasgow Coma Scale 15.',
    ])
      expect(
        findSpans(text).filter(({ confidence }) => confidence > 0.75),
        text,
      ).toEqual([]);
  });

  it('has parts in order that never overlap', () => {
    for (const [text] of notes) {
      const spans = findSpans(text);
      spans.forEach((span, index) => {
        expect(span.start).toBeLessThan(span.end);
        expect(span.start).toBeGreaterThanOrEqual(spans[index - 1]?.end ?? 0);
      });
    }
  });
});
