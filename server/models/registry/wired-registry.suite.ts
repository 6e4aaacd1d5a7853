import type { Run } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import type { DataServer, Person } from '../../data/data-server.suite.ts';
import { type MlflowCaller, mlflowOf } from '../models-server.suite.ts';

interface Stage {
  server: DataServer;
  director: Person;
  client: MlflowCaller;
  experimentId: string;
  trained: () => Promise<Run>;
}

/** What a client of MLflow does with models and versions. */
export function wiredRegistryTests(stage: () => Stage): void {
  describe('the registry as MLflow speaks to it', () => {
    it('registers, finds, aliases and says where the files are', async () => {
      const { server, director, client, experimentId, trained } = stage();
      const name = 'wire risk model';
      for (const wrong of ['a/b', 'a:b', ' a'])
        expect((await client.call('POST', 'registered-models/create', { name: wrong })).status).toBe(400);
      const run = await trained();
      const created = await client.call('POST', 'registered-models/create', {
        name,
        tags: [{ key: 'team', value: 'gen' }],
      });
      expect(created.body).toMatchObject({
        registered_model: { name, tags: [{ key: 'team', value: 'gen' }] },
      });
      expect(await client.call('POST', 'registered-models/create', { name })).toMatchObject({
        status: 400,
        body: { error_code: 'RESOURCE_ALREADY_EXISTS' },
      });
      const source = `mlflow-artifacts:/${experimentId}/${run.run_id}/artifacts/model`;
      const version = await client.call('POST', 'model-versions/create', {
        name,
        source,
        run_id: run.run_id,
      });
      expect(version.body).toMatchObject({
        model_version: {
          name,
          version: '1',
          current_stage: 'None',
          run_id: run.run_id,
          status: 'READY',
          source,
        },
      });
      await client.call('POST', 'registered-models/alias', { name, alias: 'challenger', version: '1' });
      const query = `name=${encodeURIComponent(name)}`;
      expect(
        (await client.call('GET', `registered-models/alias?${query}&alias=challenger`)).body,
      ).toMatchObject({
        model_version: { version: '1', aliases: ['challenger'] },
      });
      expect((await client.call('GET', `model-versions/get-download-uri?${query}&version=1`)).body).toEqual({
        artifact_uri: source,
      });
      await client.call('POST', 'model-versions/set-tag', {
        name,
        version: '1',
        key: 'checked',
        value: 'yes',
      });
      const search = encodeURIComponent(
        `name = '${name}' AND tags.checked = 'yes' AND run_id = '${run.run_id}'`,
      );
      const found = await client.call<{ model_versions: unknown[] }>(
        'GET',
        `model-versions/search?filter=${search}&order_by=version_number%20DESC`,
      );
      expect(found.body.model_versions).toHaveLength(1);
      const models = await client.call<{ registered_models: unknown[] }>(
        'GET',
        `registered-models/search?filter=${encodeURIComponent("name LIKE 'wire%' AND tags.team = 'gen' AND tag.`mlflow.prompt.is_prompt` != 'true'")}`,
      );
      expect(models.body.registered_models).toMatchObject([{ name, latest_versions: [{ version: '1' }] }]);
      expect(
        await client.call('POST', 'model-versions/transition-stage', {
          name,
          version: '1',
          stage: 'Production',
        }),
      ).toMatchObject({
        status: 400,
        body: { error_code: 'INVALID_STATE', message: expect.stringContaining('second person') },
      });
      const newest = await client.call('GET', `registered-models/get-latest-versions?${query}&stages=None`);
      expect(newest.body).toMatchObject({ model_versions: [{ version: '1' }] });
      const boss = await mlflowOf(server, director, ['models:read', 'models:write', 'models:promote']);
      const staged = await boss.call('POST', 'model-versions/transition-stage', {
        name,
        version: '1',
        stage: 'Staging',
      });
      expect(staged.body).toMatchObject({ model_version: { current_stage: 'Staging' } });
      expect((await client.call('DELETE', 'model-versions/delete', { name, version: '1' })).body).toEqual({});
      expect((await client.call('GET', `model-versions/get?${query}&version=1`)).status).toBe(404);
      expect((await client.call('POST', 'registered-models/rename', { name, new_name: 'risk' })).status).toBe(
        200,
      );
      expect((await client.call('DELETE', 'registered-models/delete', { name: 'risk' })).body).toEqual({});
    });
  });
}
