import { type AutomlModel, asTrained, type SavedAutoml } from '../automl/automl-model.ts';
import { type Encoder, loadEncoder } from '../table/encoder.ts';
import { type FeatureTable, takeRows } from '../table/feature-table.ts';
import { explainTrees } from '../trees/shap/tree-shap.ts';
import { loadTrees, type TreeModel, treeKinds } from '../trees/tree-model.ts';
import { checkRow } from './predicting.ts';
import type { RowExplanation } from './row-explanation.ts';

/**
 * What contributions add up to: the target, the probability that is said, or the margin before it becomes one (log odds
 * of boosted trees; of forests the share of trees, before it is calibrated).
 */
export type TreeScale = 'target' | 'probability' | 'margin';

interface Member {
  model: TreeModel;
  encoder: number;
  weight: number;
  /** Place of each class of the problem among the scores; -1 where training of the member had none of it. */
  places: readonly number[];
}

/** An AutoML model all of whose members are trees, ready to explain rows. */
export interface TreeExplainer {
  scale: TreeScale;
  /**
   * Exact path-dependent Shapley values of one output of one row, in the columns of the table: those of encoded columns
   * are summed, those of members weighed as the model weighs them. Standard errors are 0. Throws INVALID_INPUT for a row
   * the table does not have and columns the model does not know.
   */
  explain(table: FeatureTable, row: number, output: number, signal?: AbortSignal): RowExplanation;
}

const explainers = new WeakMap<SavedAutoml, TreeExplainer | null>();

/**
 * Null where a member is no model of trees, where members add up to different things (log odds and shares), or where a
 * further model stacks them: nothing exact can be said of those. Made once for a model. Lundberg et al. 2020,
 * doi:10.1038/s42256-019-0138-9.
 */
export function treeExplainer({ saved }: Pick<AutomlModel, 'saved'>): TreeExplainer | null {
  const known = explainers.get(saved);
  if (known !== undefined) return known;
  const made = explainerOf(saved);
  explainers.set(saved, made);
  return made;
}

function explainerOf(saved: SavedAutoml): TreeExplainer | null {
  const { combination, members, problem, schema, calibration } = saved;
  if (combination.kind !== 'blend') return null;
  const chosen = combination.members.map((at, place): Member | null => {
    const { model, encoder, seen } = members[at] as SavedAutoml['members'][number];
    if (!treeKinds.some((kind) => kind === model.kind)) return null;
    const places = problem.labels.map((_, code) => (seen === null ? code : seen.indexOf(code)));
    return { model: loadTrees(model), encoder, weight: combination.weights[place] as number, places };
  });
  if (chosen.some((own) => own === null)) return null;
  const own = chosen as Member[];
  const links = new Set(own.map(({ model }) => model.link));
  const isMargin = links.has('logistic') || links.has('softmax');
  const isShare = links.has('chance') || (links.has('identity') && problem.labels.length > 0);
  if (links.has('exponential') || (isMargin && isShare)) return null;
  // A boosted member says nothing of classes it has not seen, and its margins are no longer of the problem's.
  if (isMargin && own.some(({ places }) => places.includes(-1))) return null;
  const end = isMargin ? endOf(saved, own) : { slope: 1, offset: 0, isSaid: calibration.kind === 'none' };
  const isNumber = problem.labels.length === 0;
  const encoders = saved.encoders.map(loadEncoder);
  const placeOf = new Map(schema.map(({ name }, at) => [name, at]));
  return {
    scale: isNumber ? 'target' : isMargin || !end.isSaid ? 'margin' : 'probability',
    explain(table, row, output, signal) {
      checkRow(table, row);
      const known = asTrained(takeRows(table, Uint32Array.of(row)), schema);
      const matrices = new Map<number, ReturnType<Encoder['encode']>>();
      const contributions = new Float64Array(schema.length);
      let base = 0;
      for (const { model, encoder, weight, places } of own) {
        const encoding = encoders[encoder] as Encoder;
        const matrix = matrices.get(encoder) ?? encoding.encode(known, { extra: 'ignore' });
        matrices.set(encoder, matrix);
        const explained = explainTrees(model, matrix, signal === undefined ? {} : { signal });
        const { score, sign, start } = scoreOf(model, places, output);
        base += weight * start;
        if (score < 0) continue;
        base += weight * sign * (explained.base[score] as number);
        encoding.sources.forEach((source, column) => {
          const at = placeOf.get(source) as number;
          const value = explained.values[column * explained.width + score] as number;
          contributions[at] = (contributions[at] as number) + weight * sign * value;
        });
      }
      // Of two classes the first has the opposite margin.
      const offset = isMargin && problem.labels.length === 2 && output === 0 ? -end.offset : end.offset;
      base = end.slope * base + offset;
      const told = contributions.map((own) => end.slope * own);
      return {
        base,
        value: told.reduce((sum, own) => sum + own, base),
        contributions: schema.map(({ name }, at) => ({
          column: name,
          contribution: told[at] as number,
          standard_error: 0,
        })),
      };
    },
  };
}

/** Where the output stands among the scores of a member, and what it is besides. */
function scoreOf({ link, base }: TreeModel, places: readonly number[], output: number) {
  if (places.length === 0) return { score: 0, sign: 1, start: 0 };
  const place = places[output] as number;
  if (place < 0) return { score: -1, sign: 1, start: 0 };
  if (link === 'logistic') return { score: 0, sign: place === 1 ? 1 : -1, start: 0 };
  if (link === 'chance')
    return place === 1 ? { score: 0, sign: 1, start: 0 } : { score: 0, sign: -1, start: 1 };
  return { score: Math.min(place, base.length - 1), sign: 1, start: 0 };
}

/** A sigmoid that calibrates one boosted member moves its log odds along a line: what is said is explained exactly. */
function endOf({ calibration, problem }: SavedAutoml, members: readonly Member[]) {
  const [platt] = calibration.kind === 'platt' ? calibration.classes : [];
  return members.length === 1 && problem.labels.length === 2 && platt !== undefined
    ? { slope: -platt.slope, offset: -platt.offset, isSaid: true }
    : { slope: 1, offset: 0, isSaid: calibration.kind === 'none' && members.length === 1 };
}
