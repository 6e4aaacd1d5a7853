import { combine, type FeatureTable, likeliest, type TreeExplainer } from '@stroma/learn';
import { type AskedModel, askedModel } from './asked-model.ts';
import { ensembleTrees } from './ensemble-trees.ts';
import type { SavedEnsemble, SavedMember } from './saved-models.ts';

/** Opens a member: `openKept`, which opens ensembles too. */
export type OpenMember = (saved: SavedMember) => Promise<AskedModel>;

/** Answers of several models in the order of one's labels. */
export interface OpenMembers {
  /** Of each member rows x outputs. */
  outputs(table: FeatureTable): Promise<Float64Array[]>;
  close(): Promise<void>;
}

export async function openMembers(
  members: SavedEnsemble['members'],
  labels: readonly string[],
  open: OpenMember,
): Promise<OpenMembers> {
  const opened: AskedModel[] = [];
  const close = async () => {
    await Promise.all(opened.map((own) => own.close?.()));
  };
  try {
    for (const saved of members) opened.push(await open(saved));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    async outputs(table) {
      const all: Float64Array[] = [];
      for (const own of opened) all.push(inOrder(await own.outputs(table), own.saved.problem.labels, labels));
      return all;
    },
  };
}

/** Rows x classes, moved from the order of one list of the same labels to that of another. */
function inOrder(outputs: Float64Array, from: readonly string[], to: readonly string[]): Float64Array {
  if (to.length === 0 || from.every((label, at) => label === to[at])) return outputs;
  const width = to.length;
  const places = to.map((label) => from.indexOf(label));
  return Float64Array.from(
    outputs,
    (_, cell) => outputs[cell - (cell % width) + (places[cell % width] as number)] as number,
  );
}

/** Shares of the members' voices, each for the class it finds likeliest. */
export function voted(
  predictions: readonly Float64Array[],
  weights: readonly number[],
  classes: number,
): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = new Float64Array(predictions[0]?.length ?? 0);
  predictions.forEach((own, member) => {
    likeliest(own, classes).forEach((code, row) => {
      const cell = row * classes + code;
      shares[cell] = (shares[cell] as number) + (weights[member] as number) / total;
    });
  });
  return shares;
}

export const combined = (
  combination: SavedEnsemble['combination'],
  predictions: readonly Float64Array[],
  outputs: number,
): Float64Array =>
  combination.kind === 'vote'
    ? voted(predictions, combination.weights, outputs)
    : combine(
        combination,
        combination.members.map((at) => predictions[at] as Float64Array),
        outputs,
      );

export async function openEnsemble(
  saved: SavedEnsemble,
  open: OpenMember,
): Promise<AskedModel & { close(): Promise<void> }> {
  const { labels } = saved.problem;
  const members = await openMembers(saved.members, labels, open);
  const asked = askedModel(saved, {
    outputs: async (table) =>
      combined(saved.combination, await members.outputs(table), Math.max(1, labels.length)),
    close: () => members.close(),
  });
  let trees: TreeExplainer | null | undefined;
  return {
    ...asked,
    trees: () => {
      trees = trees === undefined ? ensembleTrees(saved) : trees;
      return trees;
    },
  };
}
