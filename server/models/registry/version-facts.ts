import { hash } from 'node:crypto';
import type { MetricNumber } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';
import { listArtifacts } from '../experiments/artifacts.store.ts';
import { loggedModelFolder } from '../experiments/logged-models.service.ts';
import { codeTag, dataHash, mapValues } from '../experiments/run-documents.ts';
import { type FoundRun, findLogged, type InputRow, metricNumberOf } from '../experiments/runs.store.ts';

/** What is known of a version when it is registered; it does not change with its run afterwards. */
export interface VersionFacts {
  run_id: string | null;
  experiment_id: string | null;
  code_version: string | null;
  data_sha256: string | null;
  params: Record<string, string>;
  metrics: Record<string, MetricNumber>;
  inputs: Omit<InputRow, 'tenantId' | 'runId' | 'schema' | 'profile'>[];
  artifacts: { path: string; bytes: number; sha256: string }[];
}

export const factsHash = (facts: VersionFacts): string => hash('sha256', canonicalJson(facts));

export const noFacts: VersionFacts = {
  run_id: null,
  experiment_id: null,
  code_version: null,
  data_sha256: null,
  params: {},
  metrics: {},
  inputs: [],
  artifacts: [],
};

const mostFiles = 5000;

/** Reads what a run says of the model in one of its folders. Throws UNPROCESSABLE for too many files. */
export async function readFacts(
  { db }: Pick<Platform, 'db'>,
  ctx: Context,
  { run }: FoundRun,
  folder: string,
): Promise<VersionFacts> {
  const logged = (await findLogged(db.sql, ctx, [run.id])).get(run.id);
  const files = await listArtifacts(db.sql, ctx, run.id, { under: folder, limit: mostFiles + 1 });
  if (files.length > mostFiles)
    fail('UNPROCESSABLE', `Expected at most ${mostFiles} files in a version; name the folder of the model.`, {
      folder,
    });
  if (logged === undefined) return fail('NOT_FOUND', 'There is no such run.', { run_id: run.id });
  return {
    run_id: run.id,
    experiment_id: run.experimentId,
    code_version: logged.tags[codeTag] ?? null,
    data_sha256: dataHash(logged.inputs),
    params: logged.params,
    metrics: mapValues(logged.metrics, ({ value }) => metricNumberOf(value)),
    inputs: logged.inputs.map(({ tenantId: _, runId: __, schema: ___, profile: ____, ...input }) => input),
    artifacts: files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
  };
}

export interface SourcePlace {
  runId: string | null;
  loggedModelId: string | null;
  folder: string;
}

/**
 * Where the files of a version lie, as a client of MLflow names it: `runs:/<run>/<folder>`,
 * `mlflow-artifacts:/<experiment>/<run>/artifacts/<folder>`, `models:/<logged model>`; anything else is elsewhere.
 */
export function placeOfSource(source: string): SourcePlace {
  const path = source.replace(/\/+$/, '');
  const ofRun =
    /^runs:\/+([^/]+)(?:\/(.*))?$/.exec(path) ??
    /^mlflow-artifacts:(?:\/\/[^/]*)?\/+[^/]+\/([^/]+)\/artifacts(?:\/(.*))?$/.exec(path);
  const [, runId = null, folder = ''] = ofRun ?? [];
  const loggedModelId = /^models:\/+(lgm_[0-9a-f-]{36})$/.exec(path)?.[1] ?? null;
  return { runId, loggedModelId, folder: loggedModelId === null ? folder : loggedModelFolder(loggedModelId) };
}
