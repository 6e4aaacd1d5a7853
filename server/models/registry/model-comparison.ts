import type { ModelComparison } from '@stroma/contracts';
import { keysOf, own, same } from '../experiments/run-comparison.ts';
import type { VersionRow } from './model-versions.store.ts';

type Compared = Pick<VersionRow, 'number' | 'facts' | 'folder'>;

/** What changed from one version to another, by what was true of each when it was registered. */
export function compareVersions(from: Compared, to: Compared): ModelComparison {
  const [a, b] = [from.facts, to.facts];
  const [before, after] = [filesOf(from), filesOf(to)];
  return {
    from: from.number,
    to: to.number,
    params: keysOf([a.params, b.params]).map((key) => {
      const values = { from: own(a.params, key) ?? null, to: own(b.params, key) ?? null };
      return { key, ...values, differs: values.from !== values.to };
    }),
    metrics: keysOf([a.metrics, b.metrics]).map((key) => {
      const values = { from: own(a.metrics, key) ?? null, to: own(b.metrics, key) ?? null };
      const isKnown = typeof values.from === 'number' && typeof values.to === 'number';
      return { key, ...values, change: isKnown ? Number(values.to) - Number(values.from) : null };
    }),
    artifacts: [...new Set([...before.keys(), ...after.keys()])].sort().map((path) => {
      const [was, is] = [before.get(path), after.get(path)];
      const state =
        was === undefined ? 'added' : is === undefined ? 'removed' : was === is ? 'same' : 'changed';
      return { path, state };
    }),
    same_data: same([a.data_sha256, b.data_sha256]),
    same_code: same([a.code_version, b.code_version]),
  };
}

/** By their path below the folder of the model: two runs keep it in different ones. */
const filesOf = ({ facts, folder }: Compared): Map<string, string> =>
  new Map(
    facts.artifacts.map(({ path, sha256 }) => [folder === '' ? path : path.slice(folder.length + 1), sha256]),
  );
