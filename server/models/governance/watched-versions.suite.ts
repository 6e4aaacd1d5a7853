import type { Challenge, ModelMonitor, ModelRecord, ModelVersion, RiskRecord, Run } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../data/data-server.suite.ts';
import { statements } from './governance.suite.ts';

/** Of a model whose second version was tried against its first. */
export function watchedTests(stage: () => { scientist: Person; modelId: string }): void {
  describe('a risk record of a version that is watched', () => {
    it('names under point 9 each monitor that looks at it and each trial it was part of, with what they found', async () => {
      const { scientist, modelId } = stage();
      const { body: tried } = await scientist.call<{ items: Challenge[] }>(
        'GET',
        `/ml/models/${modelId}/challenges`,
      );
      const make = async () => {
        const { body } = await scientist.call<ModelRecord>(
          'POST',
          `/ml/models/${modelId}/versions/2/risk-records`,
          statements(),
        );
        const { facts, missing } = body.document as RiskRecord;
        return {
          facts: facts.filter(({ point }) => point === '9'),
          missing: missing.map((gap) => gap.missing),
        };
      };
      expect((await make()).missing).toContain('monitor');
      const settings = { window: { kind: 'count', rows: 20 }, schedule: { cron: '0 6 * * *' } };
      const monitor = async (name: string, version: string) =>
        (
          await scientist.call<ModelMonitor>('POST', '/ml/monitors', {
            model_id: modelId,
            name,
            version,
            ...settings,
          })
        ).body;
      const own = await monitor('Every morning', '2');
      const other = await monitor('Of the first', '1');
      const { facts, missing } = await make();
      expect(missing).not.toContain('monitor');
      const of = (id: string) => facts.filter(({ source }) => source.id === id);
      expect(of(other.monitor_id)).toEqual([]);
      expect(of(own.monitor_id).map(({ name, value }) => [name, value])).toEqual(
        expect.arrayContaining([
          ['monitor', 'Every morning'],
          ['monitor_version', '2'],
          ['monitor_window_rows', 20],
          ['monitor_schedule', '0 6 * * * UTC'],
          ['monitor_paused', false],
          ['monitor_checked_at', null],
        ]),
      );
      // A monitor of the newest version stays, also when that comes to be one that nothing can be asked of.
      const newest = await monitor('Of the newest', 'latest');
      const { body: experiment } = await scientist.call<{ experiment_id: string }>(
        'POST',
        '/ml/experiments',
        {
          name: 'Elsewhere',
        },
      );
      const { experiment_id } = experiment;
      const { body: run } = await scientist.call<Run>('POST', '/ml/runs', { experiment_id });
      await scientist.fetch('PUT', `/ml/runs/${run.run_id}/artifact?path=model/weights.bin`, 'weights', {
        'content-type': 'application/octet-stream',
      });
      const { body: elsewhere } = await scientist.call<ModelVersion>(
        'POST',
        `/ml/models/${modelId}/versions`,
        { run_id: run.run_id, path: 'model' },
      );
      const { body: listed } = await scientist.call<{ items: ModelMonitor[] }>(
        'GET',
        `/ml/monitors?model_id=${modelId}`,
      );
      expect(listed.items.map(({ monitor_id, number }) => [monitor_id, number])).toEqual([
        [newest.monitor_id, null],
        [other.monitor_id, 1],
        [own.monitor_id, 2],
      ]);
      await scientist.call('DELETE', `/ml/models/${modelId}/versions/${elsewhere.number}`);
      expect(tried.items.length).toBeGreaterThan(0);
      for (const { challenge_id, status, decision, test } of tried.items) {
        const told = of(challenge_id);
        const values = new Map(told.map(({ name, value }) => [name, value]));
        expect([values.get('trial'), values.get('trial_decision')]).toEqual([status, decision]);
        const [difference] = told.filter(({ name }) => name === 'trial_difference');
        const { estimate: value, low, high } = test.difference ?? {};
        expect(difference).toEqual(
          test.difference === null ? undefined : expect.objectContaining({ value, low, high }),
        );
      }
    });
  });
}
