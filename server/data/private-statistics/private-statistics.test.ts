import type { Dataset, ErrorAnswer, LedgerEntry, PrivacyBudget } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../data-server.suite.ts';

let server: DataServer;
let admin: Person;
let dataset: Dataset;

beforeAll(async () => {
  server = await startDataServer();
  admin = server.admin;
  const lines = Array.from(
    { length: 2000 },
    (_, row) => `p${row % 500},${row % 100},${row % 4 === 0 ? 'a' : 'b'}`,
  );
  dataset = await admin.dataset('people.csv', ['person,score,arm', ...lines].join('\n'));
});
afterAll(() => server.close());

interface Asked {
  entry: LedgerEntry;
  repeated: boolean;
  budget: PrivacyBudget;
}

const ask = (statistic: object, more: object = {}, person = admin) =>
  person.call<Asked & ErrorAnswer>('POST', '/security/private-statistics', {
    dataset_id: dataset.dataset_id,
    statistic,
    noise: { mechanism: 'laplace', epsilon: 1 },
    ...more,
  });
const setBudget = (budget: object, id = dataset.dataset_id) =>
  admin.call<PrivacyBudget>('PUT', `/security/private-statistics/${id}/budget`, budget);

describe('statistics with noise', () => {
  it('answers nothing before there is a budget, and nothing past it', async () => {
    expect((await ask({ kind: 'count' })).status).toBe(409);
    await setBudget({ epsilon: 1.5 });
    const first = await ask({ kind: 'count' });
    expect(first.status).toBe(200);
    expect(first.body.budget).toMatchObject({ spent_epsilon: 1, left_epsilon: 0.5, questions: 1 });
    const second = await ask({ kind: 'count' }, { where: [{ column: 'arm', operator: 'is', value: 'a' }] });
    expect(second.status).toBe(409);
    expect(second.body.error.code).toBe('PRIVACY_BUDGET_SPENT');
  });

  it('gives an equal question the same answer and no new cost', async () => {
    await setBudget({ epsilon: 50 });
    const question = { kind: 'sum', column: 'score', bounds: { lower: 0, upper: 100 } };
    const first = await ask(question);
    const again = await ask(question);
    expect(again.body.repeated).toBe(true);
    expect(again.body.entry).toEqual(first.body.entry);
    expect(again.body.budget.spent_epsilon).toBe(first.body.budget.spent_epsilon);
  });

  it('is near the truth where much is spent, by every statistic and both mechanisms', async () => {
    await setBudget({ epsilon: 100, delta: 1e-4 });
    const gaussian = { noise: { mechanism: 'gaussian', epsilon: 5, delta: 1e-6 } };
    const laplace = { noise: { mechanism: 'laplace', epsilon: 5 } };
    for (const noise of [laplace, gaussian]) {
      const count = (
        await ask({ kind: 'count' }, { ...noise, where: [{ column: 'arm', operator: 'is', value: 'a' }] })
      ).body.entry.answer;
      expect(Math.abs((count.values[0] ?? 0) - 500)).toBeLessThan(30);
      const mean = (await ask({ kind: 'mean', column: 'score', bounds: { lower: 0, upper: 100 } }, noise))
        .body.entry.answer;
      expect(Math.abs((mean.values[0] ?? 0) - 49.5)).toBeLessThan(1);
      const bins = (await ask({ kind: 'histogram', column: 'arm', bins: { values: ['a', 'b', 'c'] } }, noise))
        .body.entry.answer;
      [500, 1500, 0].forEach((truth, index) => {
        expect(Math.abs((bins.values[index] ?? 0) - truth)).toBeLessThan(30);
      });
      const edges = (await ask({ kind: 'histogram', column: 'score', bins: { edges: [0, 50, 100] } }, noise))
        .body.entry.answer;
      expect(Math.abs((edges.values[0] ?? 0) - 1000)).toBeLessThan(30);
    }
  });

  it('counts at most the rows of a person that were said', async () => {
    const counted = await ask(
      { kind: 'count' },
      { noise: { mechanism: 'laplace', epsilon: 10 }, person_column: 'person', rows_per_person: 2 },
    );
    expect(Math.abs((counted.body.entry.answer.values[0] ?? 0) - 1000)).toBeLessThan(10);
  });

  it('clamps to the bounds', async () => {
    const sum = await ask(
      { kind: 'sum', column: 'score', bounds: { lower: 0, upper: 10 } },
      { noise: { mechanism: 'laplace', epsilon: 10 } },
    );
    const truth = Array.from({ length: 2000 }, (_, row) => Math.min(10, row % 100)).reduce(
      (a, b) => a + b,
      0,
    );
    expect(Math.abs((sum.body.entry.answer.values[0] ?? 0) - truth)).toBeLessThan(30);
  });

  it('lists what was asked, newest first, page by page', async () => {
    const path = `/security/private-statistics/${dataset.dataset_id}/ledger`;
    const { body: first } = await admin.call<{ items: LedgerEntry[]; next_cursor: string | null }>(
      'GET',
      `${path}?limit=3`,
    );
    expect(first.items).toHaveLength(3);
    const { body: second } = await admin.call<{ items: LedgerEntry[] }>(
      'GET',
      `${path}?limit=3&cursor=${encodeURIComponent(first.next_cursor ?? '')}`,
    );
    expect(new Set([...first.items, ...second.items].map(({ entry_id }) => entry_id)).size).toBe(6);
    const times = [...first.items, ...second.items].map(({ asked_at }) => asked_at);
    expect(times).toEqual(times.toSorted().reverse());
  });

  it('spends a rest once, whoever asks at the same time', async () => {
    const other = await admin.dataset(
      'more.csv',
      ['score', ...Array.from({ length: 50 }, (_, row) => row + 0.5)].join('\n'),
    );
    await setBudget({ epsilon: 3 }, other.dataset_id);
    const asked = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((from) =>
        ask(
          { kind: 'count' },
          { dataset_id: other.dataset_id, where: [{ column: 'score', operator: 'from', value: from }] },
        ),
      ),
    );
    expect(asked.filter(({ status }) => status === 200)).toHaveLength(3);
  });

  it('adds up as was chosen, and keeps to it', async () => {
    const other = await admin.dataset(
      'third.csv',
      ['score', ...Array.from({ length: 40 }, (_, row) => row)].join('\n'),
    );
    await setBudget({ epsilon: 2, delta: 1e-5, composition: 'zcdp' }, other.dataset_id);
    for (let from = 0; from < 20; from++) {
      const { status } = await ask(
        { kind: 'count' },
        {
          dataset_id: other.dataset_id,
          where: [{ column: 'score', operator: 'from', value: from }],
          noise: { mechanism: 'gaussian', epsilon: 0.2, delta: 1e-6 },
        },
      );
      expect(status).toBe(200);
    }
    const { body } = await admin.call<PrivacyBudget>(
      'GET',
      `/security/private-statistics/${other.dataset_id}/budget`,
    );
    expect(body.spent_epsilon).toBeLessThan(20 * 0.2);
    expect((await setBudget({ epsilon: 9, delta: 0, composition: 'basic' }, other.dataset_id)).status).toBe(
      409,
    );
  });

  it('refuses what does not fit, who may not, and whoever is elsewhere', async () => {
    expect((await ask({ kind: 'sum', column: 'arm', bounds: { lower: 0, upper: 1 } })).status).toBe(400);
    expect((await ask({ kind: 'sum', column: 'score' })).status).toBe(400);
    expect((await ask({ kind: 'sum', column: 'score', bounds: { lower: 1, upper: 0 } })).status).toBe(400);
    expect(
      (await ask({ kind: 'count' }, { where: [{ column: 'score', operator: 'is', value: "x'; DROP" }] }))
        .status,
    ).toBe(400);
    expect((await ask({ kind: 'count' }, {}, await server.colleague('scientist'))).status).toBe(403);
    expect((await ask({ kind: 'count' }, {}, await server.stranger())).status).toBe(404);
  });
});
