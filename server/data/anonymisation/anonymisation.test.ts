import type {
  AnonymisationPreview,
  AnonymisationResult,
  Dataset,
  ErrorAnswer,
  Job,
  ProvenanceGraph,
} from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../data-server.suite.ts';

let server: DataServer;
let admin: Person;

beforeAll(async () => {
  server = await startDataServer();
  admin = server.admin;
});
afterAll(() => server.close());

const given = ['Zephyrine Quill', 'Anna Meyer', 'John Smith', 'Maria Garcia', 'Peter Novak', 'Alice Brown'];
let made = 0;

/** 120 visits of 30 patients; every name stands in a note too. */
function visits(): Promise<Dataset> {
  made += 1;
  const lines = Array.from({ length: 120 }, (_, row) => {
    const patient = row % 30;
    const name = `${given[patient % given.length]}`;
    const day = String(1 + (row % 28)).padStart(2, '0');
    return [
      `MRN-${10_000 + patient}`,
      name,
      `person${patient}@example.org`,
      `2021-${String(1 + (row % 12)).padStart(2, '0')}-${day}`,
      20 + ((patient * 7) % 75),
      ['02139', '03601', '94110'][patient % 3],
      patient % 2 === 0 ? 'F' : 'M',
      `"Seen ${name} on 2021-05-${day}, MRN-${10_000 + patient}, call 555-123-4567."`,
      5 + (row % 9) / 10 + made / 1000,
    ].join(',');
  });
  const header = 'patient_id,patient_name,email,visit_date,age,zip,sex,note,glucose';
  return admin.dataset(`visits-${made}.csv`, [header, ...lines].join('\n'));
}

async function anonymise(body: object): Promise<{ job: Job; result: AnonymisationResult }> {
  const { status, body: sent } = await admin.call<{ job_id: string }>('POST', '/security/anonymize', body);
  expect(status).toBe(202);
  const job = await admin.jobEnd(sent.job_id);
  expect(job.error).toBeNull();
  return { job, result: job.result as unknown as AnonymisationResult };
}

const rowsOf = async (id: string, columns: string) =>
  (
    await admin.sql(
      `SELECT ${columns} FROM ${(await admin.call<Dataset>('GET', `/data/datasets/${id}`)).body.table_name}`,
      [id],
    )
  ).body.rows as unknown[][];

describe('anonymising a dataset', () => {
  it('says what points to persons, why, and what to do about it', async () => {
    const dataset = await visits();
    const { status, body } = await admin.call<AnonymisationPreview>('POST', '/security/anonymize/preview', {
      dataset_id: dataset.dataset_id,
      columns: null,
    });
    expect(status).toBe(200);
    const kinds = Object.fromEntries(body.columns.map(({ name, finding }) => [name, finding?.kind ?? null]));
    expect(kinds).toEqual({
      patient_id: 'medical_record',
      patient_name: 'name',
      email: 'email',
      visit_date: 'date',
      age: 'age',
      zip: 'postal_code',
      sex: 'demographic',
      note: 'free_text',
      glucose: null,
    });
    expect(body.columns.every(({ finding }) => finding === null || finding.reasons.length > 0)).toBe(true);
    expect(body.risk_before?.prosecutor.highest).toBe(1);
    expect(body.columns.find(({ name }) => name === 'visit_date')?.proposed).toMatchObject({
      kind: 'shift_dates',
      person_column: 'patient_id',
    });
  });

  it('proposes that births which would tell an age over 89 are one group', async () => {
    const rows = Array.from({ length: 30 }, (_, n) => `P${n},${1925 + n}-03-0${1 + (n % 9)},${n}`);
    const { dataset_id } = await admin.dataset(
      'births.csv',
      `patient_id,birth_date,dose\n${rows.join('\n')}\n`,
    );
    const { body } = await admin.call<AnonymisationPreview>('POST', '/security/anonymize/preview', {
      dataset_id,
      columns: null,
    });
    const births = body.columns.find(({ name }) => name === 'birth_date');
    const oldest_year = new Date().getUTCFullYear() - 90;
    expect(births?.proposed).toEqual({ kind: 'period', unit: 'year', oldest_year });
  });

  it('makes a dataset in which no value of what was taken away stands', async () => {
    const dataset = await visits();
    const preview = await admin.call<AnonymisationPreview>('POST', '/security/anonymize/preview', {
      dataset_id: dataset.dataset_id,
      columns: null,
    });
    const columns = preview.body.columns.map(({ name, proposed }) => ({ column: name, action: proposed }));
    const { result } = await anonymise({
      dataset_id: dataset.dataset_id,
      columns,
      target: { kind: 'dataset' },
    });
    const rows = await rowsOf(result.dataset_id, '*');
    const text = JSON.stringify(rows);
    for (const word of [
      'MRN-100',
      'Zephyrine',
      'Quill',
      'Meyer',
      'example.org',
      '02139',
      '03601',
      '555-123',
      ' on 2021',
    ])
      expect(text.includes(word), word).toBe(false);
    expect(rows).toHaveLength(120);
    expect(result.leaks).toEqual([]);
    expect(new Set((await rowsOf(result.dataset_id, 'zip')).flat())).toEqual(new Set(['021', '000', '941']));
    const glucose = async (id: string) => (await rowsOf(id, 'glucose')).flat();
    expect(await glucose(result.dataset_id)).toEqual(await glucose(dataset.dataset_id));
  });

  it('gives a person one pseudonym and one shift, and keeps the days between their visits', async () => {
    const dataset = await visits();
    const { result } = await anonymise({
      dataset_id: dataset.dataset_id,
      unlisted: 'keep',
      columns: [
        { column: 'patient_id', action: { kind: 'pseudonymise', prefix: 'P-' } },
        {
          column: 'visit_date',
          action: { kind: 'shift_dates', person_column: 'patient_id', most_days: 100 },
        },
      ],
      target: { kind: 'dataset', name: 'Visits, shifted' },
    });
    const before = await rowsOf(dataset.dataset_id, 'patient_id, visit_date');
    const after = await rowsOf(result.dataset_id, 'patient_id, visit_date');
    const shifts = new Map<string, Set<number>>();
    const pseudonyms = new Map<unknown, unknown>();
    before.forEach(([person, day], index) => {
      const [pseudonym, moved] = after[index] ?? [];
      expect(pseudonyms.get(person) ?? pseudonym).toBe(pseudonym);
      pseudonyms.set(person, pseudonym);
      const days = (Date.parse(String(moved)) - Date.parse(String(day))) / 86_400_000;
      shifts.set(String(person), (shifts.get(String(person)) ?? new Set()).add(days));
    });
    expect(new Set(pseudonyms.values()).size).toBe(30);
    expect([...pseudonyms.values()].every((value) => /^P-[0-9a-f]{16}$/.test(String(value)))).toBe(true);
    for (const days of shifts.values()) {
      expect(days.size).toBe(1);
      const [one = 0] = days;
      expect(Math.abs(one)).toBeGreaterThanOrEqual(1);
      expect(Math.abs(one)).toBeLessThanOrEqual(100);
    }
    expect(new Set([...shifts.values()].map(([one]) => one)).size).toBeGreaterThan(10);
  });

  it('leads from the result back to the file it came from, and puts the act on record', async () => {
    const dataset = await visits();
    const { result } = await anonymise({
      dataset_id: dataset.dataset_id,
      columns: [{ column: 'glucose', action: { kind: 'keep' } }],
      target: { kind: 'dataset' },
    });
    const { body: graph } = await admin.call<ProvenanceGraph>('GET', `/provenance/${result.version_id}`);
    const ids = graph.nodes.map(({ id }) => id);
    expect(ids).toContain(result.source_version_id);
    expect(graph.nodes.some(({ kind }) => kind === 'anonymisation')).toBe(true);
    expect(graph.nodes.filter(({ kind }) => kind === 'raw_file')).toHaveLength(2);
    expect(graph.nodes.every(({ signature_valid }) => signature_valid !== false)).toBe(true);
    const { body: audit } = await admin.call<{ items: { action: string }[] }>(
      'GET',
      `/audit/events?object_id=${result.dataset_id}&action=data.anonymised`,
    );
    expect(audit.items).toHaveLength(1);
  });

  it('adds a version to the dataset itself and leaves the earlier one', async () => {
    const dataset = await visits();
    const { result } = await anonymise({
      dataset_id: dataset.dataset_id,
      columns: [{ column: 'age', action: { kind: 'bins', width: 10 } }],
      target: { kind: 'version' },
    });
    expect(result.dataset_id).toBe(dataset.dataset_id);
    const { body } = await admin.call<Dataset>('GET', `/data/datasets/${dataset.dataset_id}`);
    expect(body).toMatchObject({ version_count: 2 });
    expect(new Set((await rowsOf(dataset.dataset_id, 'age')).flat())).toContain('20 to 29');
  });

  it('keeps how sensitive the source is, and its rules', async () => {
    const dataset = await visits();
    const access = {
      sensitivity: 'phi',
      rules: [
        {
          kind: 'mask',
          readers: { which: 'all_but', roles: ['admin'] },
          column: 'glucose',
          mask: { kind: 'hide' },
        },
      ],
    };
    const set = await admin.call('PUT', `/data/datasets/${dataset.dataset_id}/access`, access);
    expect(set.status).toBe(200);
    const { result } = await anonymise({
      dataset_id: dataset.dataset_id,
      unlisted: 'keep',
      columns: [{ column: 'patient_name', action: { kind: 'remove' } }],
      target: { kind: 'dataset' },
    });
    const { body } = await admin.call<{ sensitivity: string; rules: unknown[] }>(
      'GET',
      `/data/datasets/${result.dataset_id}/access`,
    );
    expect(body.sensitivity).toBe('phi');
    expect(body.rules).toHaveLength(1);
  });

  it('shows nobody more rows of the copy than of the source', async () => {
    const dataset = await visits();
    const viewer = await server.colleague('viewer');
    const rules = [
      {
        kind: 'rows',
        readers: { which: 'only', roles: ['viewer'] },
        condition: { column: 'sex', operator: 'outside', values: ['M'] },
      },
    ];
    await admin.call('PUT', `/data/datasets/${dataset.dataset_id}/access`, {
      sensitivity: 'internal',
      rules,
    });
    const columns = [{ column: 'sex', action: { kind: 'pseudonymise' } }];
    const body = { dataset_id: dataset.dataset_id, unlisted: 'keep', columns };
    const { result } = await anonymise({ ...body, target: { kind: 'dataset' } });
    expect(result.changed_rules).toBe(1);
    const { table_name } = (await admin.call<Dataset>('GET', `/data/datasets/${result.dataset_id}`)).body;
    const count = async (person: Person) =>
      (await person.sql(`SELECT count(*) FROM ${table_name}`, [result.dataset_id])).body.rows[0]?.[0];
    expect(await count(admin)).toBe(120);
    expect(await count(viewer)).toBe(0);
    const refused = await admin.call<ErrorAnswer>('POST', '/security/anonymize', {
      ...body,
      target: { kind: 'version' },
    });
    expect(refused.status).toBe(400);
    const officer = await server.colleague('compliance_officer');
    expect(
      (await officer.call('POST', '/security/anonymize', { ...body, target: { kind: 'version' } })).status,
    ).toBe(403);
  });

  it('refuses who may not, who sees a part, and whoever is elsewhere', async () => {
    const dataset = await visits();
    const body = { dataset_id: dataset.dataset_id, columns: null };
    const scientist = await server.colleague('scientist');
    const officer = await server.colleague('compliance_officer');
    const stranger = await server.stranger();
    expect((await scientist.call('POST', '/security/anonymize/preview', body)).status).toBe(403);
    expect((await stranger.call('POST', '/security/anonymize/preview', body)).status).toBe(404);
    await admin.call('PUT', `/data/datasets/${dataset.dataset_id}/access`, {
      sensitivity: 'internal',
      rules: [
        {
          kind: 'mask',
          readers: { which: 'only', roles: ['compliance_officer'] },
          column: 'patient_name',
          mask: { kind: 'hide' },
        },
      ],
    });
    const refused = await officer.call<ErrorAnswer>('POST', '/security/anonymize/preview', body);
    expect(refused.status).toBe(403);
    const start = {
      dataset_id: dataset.dataset_id,
      columns: [],
      unlisted: 'keep',
      target: { kind: 'dataset' },
    };
    expect((await officer.call('POST', '/security/anonymize', start)).status).toBe(403);
  });

  it('refuses a plan that cannot be, and says why', async () => {
    const dataset = await visits();
    const plan = async (columns: object[], more: object = {}) =>
      admin.call<ErrorAnswer>('POST', '/security/anonymize', {
        dataset_id: dataset.dataset_id,
        columns,
        target: { kind: 'dataset' },
        ...more,
      });
    for (const columns of [
      [{ column: 'nowhere', action: { kind: 'keep' } }],
      [{ column: 'sex', action: { kind: 'bins', width: 5 } }],
      [{ column: 'age', action: { kind: 'shift_dates', person_column: 'patient_id' } }],
      [],
      [{ column: 'age', action: { kind: 'quasi_identifier' } }],
    ]) {
      const { status, body } = await plan(columns);
      expect(status).toBe(400);
      expect(body.error.message.length).toBeGreaterThan(20);
    }
  });

  it('names columns that still hold what was taken away', async () => {
    const lines = Array.from({ length: 40 }, (_, row) => `Zed${row} Person,Zed${row} Person,${row}`);
    const dataset = await admin.dataset('twice.csv', ['full_name,contact,value', ...lines].join('\n'));
    const { result } = await anonymise({
      dataset_id: dataset.dataset_id,
      unlisted: 'keep',
      columns: [{ column: 'full_name', action: { kind: 'remove' } }],
      target: { kind: 'dataset' },
    });
    expect(result.leaks).toEqual([{ column: 'contact', removed_column: 'full_name', rows: 40 }]);
  });

  it('makes groups of at least k, diverse, with the least loss, and says what it cost', async () => {
    const dataset = await visits();
    const quasi = (column: string) => ({ column, action: { kind: 'quasi_identifier' } });
    const columns = [
      quasi('age'),
      { column: 'zip', action: { kind: 'quasi_identifier', hierarchy: { kind: 'prefixes', length: 5 } } },
      quasi('sex'),
      { column: 'glucose', action: { kind: 'bins', width: 0.2, origin: 0 } },
      { column: 'note', action: { kind: 'keep' } },
    ];
    const notes = new Set((await rowsOf(dataset.dataset_id, 'note')).flat());
    for (const method of ['full_domain', 'mondrian']) {
      const model = {
        k: 8,
        l: { l: 3, kind: 'distinct' },
        sensitive_columns: ['glucose'],
        suppression_limit: 0.1,
        method,
      };
      const tried = await admin.call<AnonymisationPreview>('POST', '/security/anonymize/preview', {
        dataset_id: dataset.dataset_id,
        columns,
        model,
      });
      expect(tried.status).toBe(200);
      const { result } = await anonymise({
        dataset_id: dataset.dataset_id,
        columns,
        model,
        target: { kind: 'dataset' },
      });
      const groups = await rowsOf(result.dataset_id, 'age, zip, sex, glucose');
      const classes = Map.groupBy(groups, (row) => JSON.stringify(row.slice(0, 3)));
      for (const rows of classes.values()) {
        expect(rows.length).toBeGreaterThanOrEqual(8);
        expect(new Set(rows.map((row) => row[3])).size).toBeGreaterThanOrEqual(3);
      }
      expect(result.risk_before?.smallest_class).toBeLessThan(8);
      expect(result.risk_after?.prosecutor.highest).toBeLessThanOrEqual(1 / 8);
      expect(result.risk_after?.classes).toBe(classes.size);
      expect(result.rows + result.suppressed_rows).toBe(120);
      expect(result.suppressed_rows).toBeLessThanOrEqual(12);
      expect(result.loss?.ncp).toBeGreaterThan(0);
      expect(result.loss).toEqual(tried.body.after?.loss);
      expect(result.diversity[0]?.distinct).toBeGreaterThanOrEqual(3);
      // What no action was for is as it was.
      const kept = (await rowsOf(result.dataset_id, 'note')).flat();
      expect(kept.every((note) => notes.has(note))).toBe(true);
      if (method === 'mondrian') expect(kept).toEqual((await rowsOf(dataset.dataset_id, 'note')).flat());
    }
  });
});
