import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ModelVersion, Run } from '@stroma/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { startDataServer } from '../../data/data-server.suite.ts';
import { mlflowOf } from '../models-server.suite.ts';

const run = promisify(execFile);
const release = '3.17.2';
const folder = resolve(import.meta.dirname, '../../../.cache/mlflow');

/** A Python that has MLflow's client, kept between runs; or why there is none. */
async function findClient(): Promise<{ python: string } | { reason: string }> {
  const place = join(folder, release);
  const python = join(place, 'bin/python');
  if (existsSync(python)) return { python };
  const making = `${place}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
    await run('python3', ['-m', 'venv', making], { timeout: 60_000 });
    const quietly = ['--quiet', '--disable-pip-version-check', '--no-compile', '--only-binary', ':all:'];
    await run(join(making, 'bin/python'), ['-m', 'pip', 'install', ...quietly, `mlflow-skinny==${release}`], {
      timeout: 90_000,
    });
    renameSync(making, place);
    return { python };
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    const text = (error as { stderr?: string }).stderr || String(error);
    return { reason: text.trim().split('\n').at(-1)?.slice(0, 150) ?? 'no python3' };
  }
}

const client = await findClient();
const title =
  'reason' in client ? `without python3 and mlflow-skinny: ${client.reason}` : `MLflow ${release}`;

describe.skipIf('reason' in client)(`a stock client of MLflow (${title})`, () => {
  const closing: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const close of closing) await close();
  });

  it('logs, searches, registers and downloads with an address and a token alone', async () => {
    const server = await startDataServer();
    closing.push(() => server.close());
    const scientist = await server.colleague('scientist');
    const { token } = await mlflowOf(server, scientist);
    const { stdout } = await run(
      'python' in client ? client.python : '',
      [join(import.meta.dirname, 'mlflow-client.py')],
      {
        cwd: tmpdir(),
        timeout: 90_000,
        env: {
          PATH: process.env.PATH,
          HOME: tmpdir(),
          PYTHONUTF8: '1',
          GIT_PYTHON_REFRESH: 'quiet',
          MLFLOW_DISABLE_TELEMETRY: 'true',
          MLFLOW_TRACKING_URI: server.url,
          MLFLOW_TRACKING_TOKEN: token,
        },
      },
    );
    const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { run_id: string };
    expect(told).toMatchObject({
      mlflow: release,
      default: 'Default',
      status: 'FINISHED',
      params: { depth: '6', seed: '42' },
      auc: 0.9,
      is_nan: true,
      outputs: [true],
      history: [19, 0.05],
      found: ['forest'],
      files: ['conf', 'model', 'models'],
      labels: { classes: ['healthy', 'ill'] },
      other_value: 'INVALID_PARAMETER_VALUE',
      taken_name: 'RESOURCE_ALREADY_EXISTS',
      no_run: 'RESOURCE_DOES_NOT_EXIST',
      deleted: 'deleted',
      version: ['1', 'None', true],
      second: '2',
      alias: 'The first.',
      downloaded: 'weights',
      models: ['Growth'],
      versions: ['1', '2'],
      production: 'INVALID_STATE',
      no_model: 'RESOURCE_DOES_NOT_EXIST',
    });
    const { body: logged } = await scientist.call<Run>('GET', `/ml/runs/${told.run_id}`);
    expect(logged).toMatchObject({ name: 'forest', status: 'finished', code_version: 'c0ffee' });
    const models = await scientist.call<{ items: { model_id: string }[] }>('GET', '/ml/models?search=Growth');
    const version = await scientist.call<ModelVersion>(
      'GET',
      `/ml/models/${models.body.items[0]?.model_id}/versions/1`,
    );
    expect(version.body).toMatchObject({
      run_id: told.run_id,
      metrics: { auc: 0.9, broken: 'NaN' },
      artifacts: [{ path: 'model/MLmodel' }, { path: 'model/weights.bin' }],
    });
  });
});
