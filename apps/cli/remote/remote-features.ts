import type { FeatureView } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { RunningCommand } from '../commands.ts';
import type { Connection } from '../connection.ts';
import { UsageError } from '../failure.ts';
import { nearestWord } from '../nearest-word.ts';

/** Views of one call, each once, with what of it is wanted; every feature where none is named. */
export interface ChosenView {
  view_id: string;
  features?: string[];
  version?: number;
}

/** A view by `ftv_...` or its name. */
export async function findView(
  { client, url }: Connection,
  word: string,
  { signal }: RunningCommand,
): Promise<FeatureView> {
  if (/^ftv_[0-9a-f-]{36}$/.test(word)) return client.features.get({ params: { id: word }, signal });
  const { items } = await client.features.list({ query: { search: word, limit: 200 }, signal });
  const found = items.find(({ name }) => name === word);
  if (found !== undefined) return found;
  const all = await client.features.list({ query: { limit: 200 }, signal });
  const near = nearestWord(
    word,
    all.items.map(({ name }) => name),
  );
  const advice = near === null ? '"stroma features" lists them.' : `Did you mean "${near}"?`;
  throw new StromaError('NOT_FOUND', `There is no feature view "${word}" at ${url}. ${advice}`, {
    view: word,
  });
}

/** What `view`, `view.feature` and, where versions are taken, `view@2` stand for, in their order. */
export async function chooseViews(
  connection: Connection,
  words: readonly string[],
  takesVersion: boolean,
  running: RunningCommand,
): Promise<ChosenView[]> {
  const chosen = new Map<string, ChosenView>();
  for (const word of words) {
    const [, view = '', version, feature] = /^([^@.]+)(?:@(\d+))?(?:\.(.+))?$/s.exec(word) ?? [];
    if (view === '' || (version !== undefined && !takesVersion))
      throw new UsageError(
        `Expected a view as ${takesVersion ? 'name, name@version or name.feature' : 'name or name.feature'}, given "${word}".`,
        'features',
      );
    const key = `${view}@${version ?? ''}`;
    const own = chosen.get(key);
    if (own === undefined) {
      const { view_id } = await findView(connection, view, running);
      chosen.set(key, {
        view_id,
        ...(feature !== undefined && { features: [feature] }),
        ...(version !== undefined && { version: Number(version) }),
      });
    } else if (feature === undefined) delete own.features;
    else own.features?.push(feature);
  }
  return [...chosen.values()];
}
