import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CommandRun, RunningCommand } from '../commands.ts';
import { type Connection, requireServer } from '../connection.ts';
import { exitStatus, UsageError } from '../failure.ts';
import { resolveDatasets } from '../remote/remote-datasets.ts';
import { chooseViews, findView } from '../remote/remote-features.ts';
import { untilDone } from '../remote/remote-jobs.ts';
import { withScratchFolder } from '../scratch-folder.ts';
import { openSourceFiles } from '../source-files.ts';
import { materialisationView, oneView, onlineView, viewList } from '../views/features-view.ts';
import { plural } from '../views/table-view.ts';

type Deed = (connection: Connection, words: string[], running: RunningCommand) => Promise<void>;

/**
 * The feature store of a server. `{ items, next_cursor }`, the view, the materialisation, `{ items, asked_at }` of a
 * look-up, each as the API; of a join `{ dataset_id, version_id, rows, file }`.
 */
export const features: CommandRun = async (running) => {
  const [verb, ...words] = running.invocation.words;
  const deed = deeds[verb ?? 'list'];
  if (deed === undefined)
    throw new UsageError(
      `Expected show, materialise, online or join after "stroma features", given "${verb}".`,
      'features',
    );
  const [least, most, expected] = deed.takes;
  if (words.length < least || words.length > most)
    throw new UsageError(`Expected ${expected} after "stroma features ${verb ?? ''}".`, 'features');
  deed.check?.(running);
  await deed.run(await requireServer(running), words, running);
  return exitStatus.ok;
};

const list: Deed = async ({ client }, _, { invocation, output, signal }) => {
  const page = await client.features.list({
    query: {
      limit: invocation.number('limit', { least: 1 }) ?? undefined,
      search: invocation.text('search') ?? undefined,
      cursor: invocation.text('cursor') ?? undefined,
    },
    signal,
  });
  await output.result(page, () => viewList(page, output));
};

const show: Deed = async (connection, [word = ''], running) => {
  const view = await findView(connection, word, running);
  await running.output.result(view, () => oneView(view, running.output));
};

const materialise: Deed = async (connection, [word = ''], running) => {
  const { output, signal } = running;
  const { client } = connection;
  const { view_id, name } = await findView(connection, word, running);
  const params = { id: view_id };
  const { job_id } = await client.features.materialise({ params, signal });
  await untilDone(connection, job_id, running);
  const { newest } = await client.features.get({ params, signal });
  await output.result(newest, () => materialisationView(name, newest));
};

const online: Deed = async (connection, words, running) => {
  const { invocation, output, signal } = running;
  const entities = invocation.texts('entity').map((text) => pairsOf(text.split(','), 'entity'));
  const views = await chooseViews(connection, words, false, running);
  const found = await connection.client.features.online({ body: { views, entities }, signal });
  await output.result(found, () => onlineView(found, output));
};

const join: Deed = async (connection, [asked = '', ...words], running) => {
  const { invocation, output, signal } = running;
  const { client } = connection;
  const views = await chooseViews(connection, words, true, running);
  const [dataset] = await withScratchFolder((folder) =>
    resolveDatasets(connection, [asked], (each) => openSourceFiles(each, folder, running), {}, running),
  );
  const { job_id } = await client.features.join({
    body: {
      name: invocation.text('name') ?? `${dataset?.name} with features`,
      dataset_id: dataset?.dataset_id ?? '',
      time_column: invocation.text('time') ?? '',
      keys: pairsOf(invocation.texts('key'), 'key'),
      views,
      full_names: invocation.flag('full-names'),
    },
    signal,
  });
  const { result } = await untilDone(connection, job_id, running);
  const made = { dataset_id: String(result?.dataset_id), version_id: result?.version_id, rows: result?.rows };
  const file = invocation.text('out');
  if (file !== null) await download(connection, made.dataset_id, file, signal);
  await output.result(
    { ...made, file },
    () =>
      `${plural(Number(made.rows), 'row')} in the dataset ${made.dataset_id}${file === null ? '' : `, written to ${file}`}.`,
  );
};

const many = Number.POSITIVE_INFINITY;

const deeds: Record<
  string,
  {
    takes: [least: number, most: number, expected: string];
    check?: (running: RunningCommand) => void;
    run: Deed;
  }
> = {
  list: { takes: [0, 0, 'nothing more'], run: list },
  show: { takes: [1, 1, 'one view'], run: show },
  materialise: { takes: [1, 1, 'one view'], run: materialise },
  online: { takes: [1, many, 'views'], check: requires('entity'), run: online },
  join: { takes: [2, many, 'a dataset or file and views'], check: requires('time'), run: join },
};

function requires(option: 'entity' | 'time') {
  return ({ invocation }: RunningCommand): void => {
    if (invocation.text(option) !== null || invocation.texts(option).length > 0) return;
    const value =
      option === 'entity' ? 'the keys of whom to look up, as patient_id=7' : 'the column of times';
    throw new UsageError(`Expected --${option} with ${value}.`, 'features');
  };
}

/** `a=1` as a record; numbers stay text, which the server reads by the type of the key. */
function pairsOf(words: readonly string[], option: string): Record<string, string> {
  const pairs = words.map((word) => {
    const cut = word.indexOf('=');
    if (cut > 0 && cut < word.length - 1) return [word.slice(0, cut), word.slice(cut + 1)] as const;
    throw new UsageError(`Expected --${option} as name=value, given "${word}".`, 'features');
  });
  return Object.fromEntries(pairs);
}

async function download(
  { client }: Connection,
  id: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const format = /\.parquet$/i.test(file) ? 'parquet' : 'csv';
  const { body } = await client.datasets.download({ params: { id }, query: { format }, signal });
  if (body === null) throw new Error('the server sent no content');
  await pipeline(Readable.fromWeb(body), createWriteStream(file), { signal });
}
