import { type TreeExplainer, treeExplainer } from '@stroma/learn';
import type { SavedEnsemble } from './saved-models.ts';

/**
 * Exact explanations of an ensemble whose members are all of trees and are weighed; what is said of them is weighed as
 * they are, since Shapley values of a sum are sums. Null for votes and stacks, and where a member is explained on
 * another scale than what it says: weighed log odds are not the log odds of weighed probabilities.
 */
export function ensembleTrees({
  members,
  combination,
  problem: { labels },
  schema,
}: SavedEnsemble): TreeExplainer | null {
  if (combination.kind !== 'blend') return null;
  const own = combination.members.flatMap((at, place) => {
    const saved = members[at];
    const trees = saved?.kind === 'automl' ? treeExplainer({ saved }) : null;
    if (saved === undefined || trees === null || trees.scale === 'margin') return [];
    const outputs = labels.map((label) => saved.problem.labels.indexOf(label));
    return [{ trees, outputs, weight: combination.weights[place] as number }];
  });
  if (own.length < combination.members.length) return null;
  return {
    scale: labels.length > 0 ? 'probability' : 'target',
    explain(table, row, output, signal) {
      const told = new Map(schema.map(({ name }) => [name, 0]));
      let [base, value] = [0, 0];
      for (const { trees, outputs, weight } of own) {
        const said = trees.explain(table, row, outputs[output] ?? output, signal);
        base += weight * said.base;
        value += weight * said.value;
        for (const { column, contribution } of said.contributions)
          told.set(column, (told.get(column) ?? 0) + weight * contribution);
      }
      const contributions = Array.from(told, ([column, contribution]) => ({
        ...{ column, contribution, standard_error: 0 },
      }));
      return { base, value, contributions };
    },
  };
}
