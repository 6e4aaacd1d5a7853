import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Place } from './cli-process.suite.ts';
import type { TrainingDocument } from './commands/train.ts';

interface Failed {
  error: { code: string; message: string; details: Record<string, unknown> };
}

let place: Place;
/** In a file, for there is no server. */
type Trained = TrainingDocument & { model_file: string };
let trained: Trained;
const rowsOf = (count: number, row: (at: number) => (string | number)[]): string =>
  `${Array.from({ length: count }, (_, at) => row(at).join(',')).join('\n')}\n`;

beforeAll(async () => {
  place = new Place();
  const patient = (at: number) => [
    ((at * 37) % 100) / 10,
    'rgb'[(at * 7) % 3] ?? '',
    (at * 37) % 100 > 45 === (at % 11 !== 0) ? 'ill' : 'well',
  ];
  place.write('patients.csv', `glucose,site,outcome\n${rowsOf(150, patient)}`);
  place.write('new.csv', 'site,glucose\nviolet,9.1\nr,0.3\n');
  place.write('other.csv', 'hue,glucose\nr,9.1\n');
  place.write('constant.csv', `a,y\n${rowsOf(40, (at) => [at * at, 'same'])}`);
  place.write('ten.csv', `a,y\n${rowsOf(10, (at) => [at * at, at % 2 ? 'a' : 'b'])}`);
  place.write(
    'infinite.csv',
    `a,y\n${rowsOf(40, (at) => [at === 3 ? 'Infinity' : at * 1.5, at % 2 ? 'a' : 'b'])}`,
  );
  const { status, document } = await place.json<Trained>([
    ...['train', 'patients.csv', '--target', 'outcome', '--time', '1.5', '--preset', 'fast'],
  ]);
  expect(status).toBe(0);
  trained = document;
}, 60_000);
afterAll(() => place.remove());
afterEach(() => expect(place.leftovers()).toEqual([]));

describe('stroma train, predict and explain', () => {
  it('trains on a file: the leaderboard, what no choice has seen, and where the model is', () => {
    expect(trained).toMatchObject({ problem_type: 'binary', metric: 'roc_auc', target: 'outcome' });
    expect(trained.model_id).toMatch(/^mdl_[0-9a-f]{32}$/);
    expect(trained.leaderboard[0]).toMatchObject({ model: 'ensemble' });
    expect(trained.holdout?.rows).toBe(30);
    expect(trained.model_file).toBe(
      join(place.config, 'stroma', 'models', `${trained.model_id}.stroma-model`),
    );
  });

  it('parts rows as it is told', async () => {
    const train = ['train', 'patients.csv', '--target', 'outcome', '--kind', 'linear', '--out', 'blue.model'];
    const { document } = await place.json<Trained>([...train, '--site', 'site=b']);
    expect(document.holdout?.rows).toBe(50);
    expect(document.decisions[0]?.message).toContain('"site" b');
    const both = await place.json<Failed>([...train, '--site', 'site=b', '--group', 'site']);
    expect([both.status, both.document.error.message]).toEqual([
      2,
      expect.stringContaining('one of --group, --site and --latest'),
    ]);
  });

  it('writes it as an ONNX file that says what it takes and gives', async () => {
    const { status, document } = await place.json<{
      file: string;
      bytes: number;
      inputs: { name: string; type: string }[];
      outputs: { name: string }[];
    }>(['export', trained.model_id, '--format', 'onnx', '--out', 'patients.onnx']);
    expect(status).toBe(0);
    expect(document.inputs.map(({ name, type }) => [name, type])).toEqual([
      ['glucose', 'double'],
      ['site', 'string'],
    ]);
    expect(document.outputs.map(({ name }) => name)).toEqual(['label', 'probabilities']);
    expect(readFileSync(join(place.folder, 'patients.onnx'))).toHaveLength(document.bytes);
    const [own, read] = await Promise.all(
      [trained.model_id, 'patients.onnx'].map((model) =>
        place.json<{ model_id: string; target: string; predictions: Record<string, unknown>[] }>([
          ...['predict', model, 'new.csv'],
        ]),
      ),
    );
    expect(read?.document).toMatchObject({ model_id: trained.model_id, target: 'outcome' });
    expect(read?.document.predictions.map(({ prediction }) => prediction)).toEqual(
      own?.document.predictions.map(({ prediction }) => prediction),
    );
  });

  it('predicts and explains with it, also where a level is new', async () => {
    const [json, csv, explained] = await Promise.all([
      place.json<{ unseen: unknown[]; predictions: Record<string, unknown>[] }>([
        'predict',
        trained.model_id,
        'new.csv',
      ]),
      place.run(['predict', trained.model_file, 'new.csv', '--out', 'predicted.csv']),
      place.json<{ value: number; base: number; label: string; contributions: { contribution: number }[] }>([
        ...['explain', trained.model_id, 'new.csv', '--row', '2'],
      ]),
    ]);
    expect(json.status).toBe(0);
    expect(json.document.unseen).toEqual([{ column: 'site', levels: ['violet'], rows: 1 }]);
    const [, second] = json.document.predictions;
    expect(json.document.predictions).toHaveLength(2);
    expect(csv.status).toBe(0);
    expect(readFileSync(join(place.folder, 'predicted.csv'), 'utf8').split('\n')[0]).toBe(
      'prediction,probability_ill,probability_well',
    );
    const { value, base, label, contributions } = explained.document;
    expect(value).toBe(second?.[`probability_${label}`]);
    expect(base + contributions.reduce((sum, own) => sum + own.contribution, 0)).toBeCloseTo(value, 9);
  });

  it('refuses what nothing can be learned from, each with what to do', async () => {
    const train = (file: string, ...more: string[]) => ['train', place.path(file), '--target', ...more];
    const cases: [words: string[], status: number, message: RegExp][] = [
      [train('patients.csv', 'outcom'), 1, /Did you mean "outcome"/],
      [train('constant.csv', 'y'), 1, /constant cannot be learned/],
      [train('ten.csv', 'y'), 1, /at least 20 known rows/],
      [train('infinite.csv', 'y'), 1, /1 value is infinite/],
      [train('patients.csv', 'outcome', '--memory', '0.001'), 1, /memory; the limit/],
      [['predict', trained.model_id, place.path('other.csv')], 1, /missing: "site"/],
      [['train', place.path('patients.csv')], 2, /--target/],
    ];
    const ended = await Promise.all(cases.map(([words]) => place.here<Failed>(words)));
    ended.forEach(({ status, document }, at) => {
      expect([status, document.error.message]).toEqual([
        cases[at]?.[1],
        expect.stringMatching(cases[at]?.[2] as RegExp),
      ]);
    });
  });
});
