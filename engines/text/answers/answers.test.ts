import type { JsonValue, RowSet } from '@stroma/kernel';
import { compile, type TopLevelSpec } from 'vega-lite';
import { afterAll, describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import { chooseChart, explainResult, parseQuestion } from '../index.ts';
import { QuestionTables } from '../tests/question-tables.ts';

const now = new Date('2026-11-21T00:00:00Z');

function result(columns: [string, RowSet['columns'][number]['type']][], rows: JsonValue[][]): RowSet {
  return { columns: columns.map(([name, type]) => ({ name, type })), rows };
}

/** Compiles as the browser does; a specification Vega-Lite complains about is a broken chart. */
function compiles(spec: Record<string, unknown> | null, rows: RowSet): void {
  if (spec === null) return;
  const warnings: string[] = [];
  const complain = (...args: unknown[]) => {
    warnings.push(String(args));
    return logger;
  };
  const logger: Record<string, unknown> = {
    level: () => logger,
    error: complain,
    warn: complain,
    info: () => logger,
    debug: () => logger,
  };
  const values = rows.rows.map((row) =>
    Object.fromEntries(rows.columns.map((column, place) => [column.name, row[place]])),
  );
  compile({ ...spec, width: 400, height: 300, datasets: { rows: values } } as unknown as TopLevelSpec, {
    logger: logger as never,
  });
  expect(warnings).toEqual([]);
}

describe('charts of SQL written by hand', () => {
  it.each([
    [
      'line',
      result(
        [
          ['day', 'date'],
          ['n', 'integer'],
        ],
        [
          ['2024-01-01', 1],
          ['2024-01-02', 3],
        ],
      ),
    ],
    [
      'bar',
      result(
        [
          ['species', 'text'],
          ['average_mass', 'number'],
        ],
        [
          ['a', 1.5],
          ['b', 2.5],
        ],
      ),
    ],
    [
      'scatter',
      result(
        [
          ['x', 'number'],
          ['y', 'number'],
        ],
        [
          [1, 2],
          [2, 3],
          [3, 5],
        ],
      ),
    ],
    ['number', result([['count', 'integer']], [[344]])],
    [
      'grouped_bar',
      result(
        [
          ['species', 'text'],
          ['sex', 'text'],
          ['mass', 'number'],
        ],
        [
          ['a', 'f', 1],
          ['a', 'm', 2],
          ['b', 'f', 3],
          ['b', 'm', 4],
        ],
      ),
    ],
    [
      'line',
      result(
        [
          ['year', 'integer'],
          ['value', 'number'],
        ],
        [
          [2001, 1.5],
          [2002, 2.5],
          [2003, 1],
        ],
      ),
    ],
    [
      'table',
      result(
        [
          ['name', 'text'],
          ['city', 'text'],
        ],
        [
          ['a', 'b'],
          ['c', 'd'],
        ],
      ),
    ],
    [
      'grouped_bar',
      result(
        [
          ['Sepal.Type', 'text'],
          ['a[1]', 'number'],
          ['b', 'number'],
        ],
        [
          ['s', 1, 2],
          ['v', 3, 4],
        ],
      ),
    ],
  ] as const)('%s', (type, rows) => {
    const chart = chooseChart(rows);
    expect(chart?.type).toBe(type);
    compiles(chart?.spec ?? null, rows);
  });

  it('draws nothing of nothing', () => {
    expect(chooseChart(result([['a', 'text']], []))).toBeNull();
  });
});

const needed = ['stats/lme4_sleepstudy.csv', 'tables/penguins_raw.csv'];
describe.skipIf(needed.some((file) => sharedData(file) === null))(
  'answers over real tables (needs the shared data pool)',
  () => {
    const tables = new QuestionTables();
    afterAll(async () => tables[Symbol.asyncDispose]());

    async function answer(file: string, question: string) {
      const table = await tables.load(sharedData(file) as string);
      const parsed = parseQuestion(question, [table], { now });
      if (!parsed.answerable) throw new Error(parsed.reason);
      const rows = await tables.run(parsed.sql, parsed.tables);
      const chart = chooseChart(rows, parsed);
      compiles(chart?.spec ?? null, rows);
      const facts = {
        tables: [{ name: table.name, rows: table.profile.rows }],
        row_count: rows.rows.length,
        truncated: false,
      };
      return { chart, explanation: explainResult(rows, parsed, facts), rows };
    }

    it.each([
      ['average reaction by days', 'line'],
      ['distribution of reaction', 'histogram'],
      ['how many subjects are there', 'number'],
      ['correlation between days and reaction', 'number'],
    ] as const)('%s -> %s', async (question, type) => {
      expect((await answer('stats/lme4_sleepstudy.csv', question)).chart?.type).toBe(type);
    });

    it.each([
      ['average body mass by species', 'bar'],
      ['average body mass by species and sex', 'grouped_bar'],
      ['average body mass by species and island', 'grouped_bar'],
      ['minimum and maximum body mass by species', 'grouped_bar'],
      ['scatter plot of body mass vs flipper length', 'scatter'],
    ] as const)('%s -> %s', async (question, type) => {
      expect((await answer('tables/penguins_raw.csv', question)).chart?.type).toBe(type);
    });

    it('says what was computed, over what, what leads and what is left out', async () => {
      const { explanation } = await answer('tables/penguins_raw.csv', 'average body mass by species');
      expect(explanation).toContain('Average of Body Mass (g), for each Species');
      expect(explanation).toContain('344 rows');
      expect(explanation).toContain('Highest: Gentoo penguin (Pygoscelis papua) with 5,076 g');
      expect(explanation).toContain('2 rows without a value of Body Mass (g) are left out');
    });

    it('says so when no row is left', async () => {
      const { explanation } = await answer(
        'tables/penguins_raw.csv',
        'average body mass of Gentoo penguins on Dream',
      );
      expect(explanation).toMatch(/missing|No row/);
    });
  },
);
