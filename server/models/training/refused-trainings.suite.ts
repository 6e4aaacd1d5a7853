import type { Dataset, ErrorAnswer, ModelEvaluation, Training } from '@stroma/contracts';
import { expect, it } from 'vitest';
import type { DataServer, Person } from '../../data/data-server.suite.ts';

interface Given {
  server: DataServer;
  scientist: Person;
  flowers: Dataset;
  /** Learned from them. */
  model: NonNullable<Training['result']>;
  /** A CSV file of so many flowers. */
  table(rows: number): string;
  automl(person: Person, body: object): Promise<{ status: number; body: { job_id: string } & ErrorAnswer }>;
}

const common = { length: 7.4, width: 3.2, site: 'south' };

/** What a training says of what it cannot or may not learn. */
export function refusedTrainingTests(given: () => Given): void {
  it('is refused with the reason, before or as a job', async () => {
    const { scientist, automl, table } = given();
    const typo = await automl(scientist, { target: 'kinds' });
    expect(typo).toMatchObject({ status: 400, body: { error: { details: { nearest: 'kind' } } } });
    const few = await scientist.dataset('few.csv', table(10));
    const constant = await scientist.dataset(
      'constant.csv',
      ['kind,length', ...Array.from({ length: 30 }, (_, row) => `one,${row}`)].join('\n'),
    );
    for (const [dataset, reason] of [
      [few, /20 known rows/],
      [constant, /constant cannot be learned/i],
    ] as const) {
      const { body } = await automl(scientist, { dataset_id: dataset.dataset_id });
      const job = await scientist.jobEnd(body.job_id);
      expect(job).toMatchObject({ status: 'failed', error: { code: 'INVALID_INPUT' } });
      expect(job.error?.message).toMatch(reason);
    }
  });

  it('is nothing that its asker is not shown, neither in learning nor in asking', async () => {
    const { server, scientist, flowers, model, automl } = given();
    const hide = (role: string, column: string) => ({
      kind: 'mask',
      readers: { which: 'only', roles: [role] },
      column,
      mask: { kind: 'hide' },
    });
    const set = await server.admin.call('PUT', `/data/datasets/${flowers.dataset_id}/access`, {
      sensitivity: 'internal',
      rules: [hide('technician', 'length'), hide('senior_scientist', 'site'), hide('lab_manager', 'kind')],
    });
    expect(set.status).toBe(200);
    const technician = await server.colleague('technician');
    const asked = await technician.call<ErrorAnswer>('POST', '/ml/predict', {
      model_id: model.model_id,
      version: '2',
      rows: [common],
    });
    expect(asked).toMatchObject({ status: 403, body: { error: { details: { columns: ['length'] } } } });
    for (const path of ['metrics', 'export'])
      expect((await technician.call('GET', `/ml/models/${model.model_id}/${path}`)).status).toBe(403);
    expect((await scientist.call('GET', `/ml/models/${model.model_id}/metrics`)).status).toBe(200);

    const partly = await server.colleague('senior_scientist');
    const started = await partly.call<{ job_id: string }>('POST', '/ml/train', {
      dataset_id: flowers.dataset_id,
      target: 'kind',
      name: 'Partly',
      learner: 'linear',
    });
    const { result } = await partly.jobEnd(started.body.job_id);
    const { body } = await partly.call<ModelEvaluation>('GET', `/ml/models/${result?.model_id}/metrics`);
    expect(body.signature.map(({ name }) => name)).toEqual(['length', 'width']);
    expect(body.dataset.restricted).toBe(true);
    const manager = await server.colleague('lab_manager');
    expect((await automl(manager, {})).status).toBe(403);
  });
}
