import { startModelServer } from '../../platform/llm/model-server.suite.ts';
import { makeWorld, type World } from '../world.suite.ts';

/** Two organisations with data, and a language model that answers what a test tells it to. */
export interface Stage {
  readonly world: World;
  readonly model: Awaited<ReturnType<typeof startModelServer>>;
  /** A dataset of the organisation that asks, and one of the other. */
  readonly ours: string;
  readonly theirs: string;
  close(): Promise<void>;
}

export async function setStage(): Promise<Stage> {
  const model = await startModelServer();
  const world = await makeWorld({
    STROMA_LLM_URL: model.url,
    STROMA_LLM_MODEL: 'test-model',
    STROMA_LLM_TIMEOUT_MS: '3000',
    STROMA_UPLOAD_LIMIT_BYTES: '2000000',
    STROMA_SQL_TIMEOUT_MS: '1500',
  });
  const person = await world.as('admin');
  const plants = 'species,height\noak,20\nfern,1\n';
  const sent = await person.ask('POST', '/data/upload?file_name=plants.csv', plants, {
    'content-type': 'application/octet-stream',
  });
  const { job_id: jobId } = JSON.parse(sent.text) as { job_id: string };
  let ours = '';
  while (ours === '') {
    const job = JSON.parse((await person.call('GET', `/data/jobs/${jobId}`)).text);
    if (job.status === 'succeeded') ours = job.result.dataset_id;
    else if (job.status === 'failed') throw new Error(JSON.stringify(job.error));
    else await new Promise((done) => setTimeout(done, 50));
  }
  const found = JSON.parse((await world.other.call('GET', '/data/datasets')).text);
  const theirs = found.items.find(({ sample }: { sample: boolean }) => !sample).dataset_id;
  return {
    world,
    model,
    ours,
    theirs,
    async close() {
      await world.close();
      await model.close();
    },
  };
}

export const answerOf = (told: { text: string }) => JSON.parse(told.text);
export const errorOf = (told: { text: string }): string => answerOf(told).error?.code;
