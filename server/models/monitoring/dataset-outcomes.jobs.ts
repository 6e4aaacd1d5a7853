import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { api } from '@stroma/contracts';
import { nearestName } from '@stroma/lake';
import type { z } from 'zod';
import type { ReadableTable } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { JobDefinition, JobOutcome } from '../../platform/jobs/job-types.ts';
import type { Threads } from '../../platform/threads/threads.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { RegisteredModels } from '../registry/registered-models.service.ts';
import type { JoinedOutcomes, JoinOutcomesTask } from './joined-outcomes.ts';
import { newestLogged } from './logged-stream.ts';
import type { MonitoringTask } from './monitoring.worker.ts';
import type { FittingOutcome, Outcomes } from './outcomes.service.ts';

type Body = z.output<typeof api.modelOutcomes.fromDataset.body>;

interface JoinInput extends Body {
  model_id: string;
  version_id: string;
  title: string;
}

export interface OutcomeTools {
  parts: ModelParts;
  models: RegisteredModels;
  outcomes: Outcomes;
  threads: Threads;
}

const joinKind = 'ml.join-outcomes';
const worker = new URL('./monitoring.worker.ts', import.meta.url);
const batch = 1000;

/** Throws what the job would meet at once. */
export async function startJoin(
  { parts, models }: OutcomeTools,
  ctx: Context,
  modelId: string,
  body: Body,
): Promise<{ job_id: string }> {
  const model = await models.require(ctx, 'models:write', modelId);
  const table = await parts.data.openTable(ctx, body.dataset_id, body.version_id);
  checkColumns(table, body);
  await parts.platform.jobs.open();
  const title = `${table.name} to predictions of ${model.name}`;
  const input: JoinInput = { ...body, model_id: modelId, version_id: table.version_id, title };
  return { job_id: await parts.platform.jobs.send(ctx, joinKind, input) };
}

/** Joins the outcomes of a dataset to the newest predictions of a model that are kept, as whoever asked sees it. */
export function joinOutcomesJob(tools: OutcomeTools): JobDefinition<JoinInput> {
  return {
    kind: joinKind,
    title: ({ title }) => `Joining outcomes of ${title}`,
    timeoutSeconds: 1800,
    retries: 1,
    concurrency: 1,
    run: (input, ctx) => joinOutcomes(tools, input, ctx),
  };
}

async function joinOutcomes(
  { parts, models, outcomes, threads }: OutcomeTools,
  input: JoinInput,
  ctx: Context,
) {
  const { platform, data } = parts;
  const { tenantId } = ctx.actor;
  await models.require(ctx, 'models:write', input.model_id);
  const table = await data.openTable(ctx, input.dataset_id, input.version_id);
  checkColumns(table, input);
  const logged = await newestLogged(parts, outcomes, { tenantId, modelId: input.model_id });
  const folder = join(platform.scratchFolder, `outcomes-${randomBytes(8).toString('hex')}`);
  try {
    const task: JoinOutcomesTask = {
      table: {
        parquet: await table.path(),
        restriction: table.restriction,
        folder,
        memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
      },
      key: input.key,
      observed: input.observed,
      observedAt: input.observed_at ?? null,
      isWhole: table.columns.find(({ name }) => name === input.key)?.type === 'integer',
      logged: { ids: logged.ids, said: logged.said, rowKey: input.row_key ?? input.key },
    };
    const found = await threads.run<MonitoringTask, JoinedOutcomes>(
      worker,
      { kind: 'join', task },
      { signal: ctx.signal },
    );
    return await recorded(platform, outcomes, ctx, input, found);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function recorded(
  platform: ModelParts['platform'],
  outcomes: Outcomes,
  ctx: Context,
  { correct }: JoinInput,
  { matched, ambiguous }: JoinedOutcomes,
): Promise<JobOutcome> {
  const fitting: FittingOutcome[] = [];
  const refused: Record<string, number> = {};
  for (let from = 0; from < matched.length; from += batch) {
    const given = matched
      .slice(from, from + batch)
      .map(({ observed_at, ...own }) => ({ ...own, ...(observed_at !== null && { observed_at }) }));
    fitting.push(
      ...(await outcomes.fit(ctx, given, (_, reason) => {
        refused[reason] = (refused[reason] ?? 0) + 1;
      })),
    );
  }
  const { tenantId } = ctx.actor;
  await outcomes.prepare(tenantId);
  const { news, others } = await outcomes.held(platform.db.sql, tenantId, fitting);
  const corrected = correct ? others.length : 0;
  if (others.length > corrected) refused.differs = others.length;
  return {
    result: {
      matched: matched.length,
      ambiguous_keys: ambiguous,
      recorded: news.length,
      corrected,
      unchanged: fitting.length - news.length - others.length,
      refused,
    },
    async commit(tx) {
      await outcomes.recordIn(tx, ctx, fitting, correct);
    },
  };
}

/** Throws INVALID_INPUT for a column that is not there or no time, FORBIDDEN for one that is not shown as it is. */
function checkColumns(
  { columns, masked }: ReadableTable,
  { key, observed, observed_at }: Pick<Body, 'key' | 'observed' | 'observed_at'>,
): void {
  for (const [field, name] of Object.entries({ key, observed, observed_at })) {
    if (name === undefined) continue;
    const column = columns.find((own) => own.name === name) ?? notThere(field, name, columns);
    if (masked.has(name))
      fail('FORBIDDEN', `You are not shown "${name}" as it is, so no outcomes can be taken from it.`, {
        column: name,
      });
    if (field === 'observed_at' && column.type !== 'date' && column.type !== 'timestamp')
      fail('INVALID_INPUT', `"${name}" is ${column.type}; expected a date or a timestamp.`, { field });
  }
}

function notThere(field: string, column: string, columns: ReadableTable['columns']): never {
  const nearest = nearestName(
    column,
    columns.map(({ name }) => name),
  );
  return fail(
    'INVALID_INPUT',
    `The dataset has no column "${column}".${nearest === null ? '' : ` Did you mean "${nearest}"?`}`,
    { field, column, nearest },
  );
}
