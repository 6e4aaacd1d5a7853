import type {
  ModelMonitor,
  ModelVersion,
  MonitorRetrainingRun,
  Predictions,
  Training,
} from '@stroma/contracts';
import { beforeAll, expect, it } from 'vitest';
import type { DataServer, Person } from '../../data/data-server.suite.ts';
import { systemContext } from '../../platform/system-actor.ts';

interface Stage {
  server: DataServer;
  scientist: Person;
}

/** Of a network, one that goes on from it and an ensemble with it, by their names on a server where they were trained. */
export function retrainedKindTests(stage: () => Stage): void {
  let server: DataServer;
  let scientist: Person;
  const models = new Map<string, string>();

  beforeAll(async () => {
    ({ server, scientist } = stage());
    const { body } = await scientist.call<{ items: { model_id: string; name: string }[] }>(
      'GET',
      '/ml/models?limit=200',
    );
    for (const { name, model_id } of body.items) models.set(name, model_id);
  });

  const rows = (count: number, from: number) =>
    Array.from({ length: count }, (_, at) => {
      const [length, width, depth] = [1, 2, 3].map((own) => Math.sin(1.7 * (at + from) * own + own) * 2);
      return {
        length: Number(length?.toFixed(3)),
        width: Number(width?.toFixed(3)),
        depth: Number(depth?.toFixed(3)),
      };
    });
  const retrained = async (name: string): Promise<{ path: string; run: MonitorRetrainingRun }> => {
    const made = await scientist.call<ModelMonitor>('POST', '/ml/monitors', {
      ...{ model_id: models.get(name), name, version: '1', window: { kind: 'count', rows: 20 } },
      retraining: { promote_to: null },
    });
    expect([made.status, made.body]).toMatchObject([201, { version: '1' }]);
    const path = `/ml/monitors/${made.body.monitor_id}`;
    const begun = await scientist.call<MonitorRetrainingRun>('POST', `${path}/retrain`, {});
    expect([begun.status, begun.body]).toMatchObject([202, { state: 'training', from_number: 1 }]);
    return { path, run: begun.body };
  };
  const parametersOf = async (id: string) => {
    const { kind, target, dataset_id, parameters } = (
      await scientist.call<Training>('GET', `/ml/trainings/${id}`)
    ).body;
    const { rows: jobs } = await server.platform.db.execute('select input from jobs where id = $1', [id]);
    return { kind, target, dataset_id, parameters, input: jobs[0]?.input };
  };

  it.each(['Net', 'On'])('of %s asks for what its first training asked for', async (name) => {
    const model = models.get(name);
    const { run } = await retrained(name);
    const { body: version } = await scientist.call<ModelVersion>('GET', `/ml/models/${model}/versions/1`);
    const { rows: first } = await server.platform.db.execute(
      "select job_id from ml_trainings where result ->> 'version_id' = $1",
      [version.version_id],
    );
    expect(await parametersOf(run.training_id)).toEqual(await parametersOf(String(first[0]?.job_id)));
    await scientist.call('POST', `/data/jobs/${run.training_id}/cancel`);
  });

  it('of an ensemble fits it again, and compares on rows that no member learned from either', async () => {
    const model_id = models.get('Both');
    const head = await server.colleague('lab_director');
    await head.call('PUT', `/ml/models/${model_id}/prediction-log`, { enabled: true, share: 1 });
    const { body } = await scientist.call<Predictions>('POST', '/ml/predict', {
      ...{ model_id, rows: [...rows(15, 0), ...rows(25, 5000)] },
    });
    const outcomes = body.predictions.map(({ prediction_id, prediction }) => ({
      ...{ prediction_id, observed: prediction },
    }));
    await expect
      .poll(async () => (await scientist.call('POST', '/ml/outcomes', { outcomes })).status, {
        timeout: 60_000,
      })
      .toBe(200);
    const { path, run } = await retrained('Both');
    expect((await scientist.jobEnd(run.training_id)).error).toBeNull();
    await server.platform.jobs.send(systemContext(server.platform.log), 'ml.monitoring-clock', {});
    const now = async () =>
      (await scientist.call<{ items: MonitorRetrainingRun[] }>('GET', `${path}/retrainings`)).body.items[0];
    await expect.poll(async () => (await now())?.ended_at, { timeout: 60_000 }).not.toBeNull();
    expect(await now()).toMatchObject({
      ...{ state: 'not_promoted', not_promoted_because: 'not_wanted', to_number: 2 },
      comparison: { basis: 'outcomes', rows: 25, left_out: 15, verdict: 'unclear' },
    });
  });
}
