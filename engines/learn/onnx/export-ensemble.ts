import { StromaError } from '@stroma/kernel';
import type { SavedAutoml } from '../automl/automl-model.ts';
import type { Combination } from '../automl/ensemble.ts';
import { combinationNodes } from './ensemble-nodes.ts';
import { inputsOf, plansOf, predictedNodes, writeValues } from './export-automl.ts';
import { GraphWriter, type Value } from './graph-writer.ts';
import { FileWriter, type OnnxExportOptions, type OnnxFile } from './onnx-file.ts';

/** Models that predict the same, and how one answer is made of theirs. */
export interface ModelEnsemble extends Pick<SavedAutoml, 'target' | 'problem' | 'schema' | 'interval'> {
  members: readonly SavedAutoml[];
  /** Its members are places in `members`; of `vote` each has its weight. */
  combination: Combination | { kind: 'vote'; weights: readonly number[] };
}

/**
 * Several models as one ONNX file, as `exportOnnx` writes one: their graphs side by side with one input for each column
 * that some of them looks at. Throws as that, and INVALID_INPUT for columns that are of different kinds to them.
 */
export function exportEnsemble(ensemble: ModelEnsemble, options: OnnxExportOptions = {}): OnnxFile {
  const { members, combination, problem, target } = ensemble;
  const schema = sameColumns(ensemble);
  const g = new GraphWriter();
  g.reserve(schema.map(({ name }) => name));
  const file = new FileWriter(g, options.numbers);
  const inputs = inputsOf(file, schema, members.flatMap(plansOf));
  const width = Math.max(1, problem.labels.length);
  const chosen = combination.kind === 'vote' ? members.map((_, at) => at) : combination.members;
  const predictions = chosen.map((at) => {
    const own = members[at] as SavedAutoml;
    return ordered(g, predictedNodes(g, inputs, own), own.problem.labels, problem.labels);
  });
  const combined =
    combination.kind === 'vote'
      ? votedNodes(g, predictions, combination.weights, width)
      : combinationNodes(g, predictions, combination, width);
  if (width > 1) file.classes(combined, problem.labels);
  else writeValues(file, combined, ensemble);
  return file.finish(
    `Predicts ${target}.`,
    {
      model_id: options.model_id,
      target,
      problem_type: problem.type,
      classes: problem.labels,
      columns: schema.map(({ name, kind }) => ({
        name,
        kind,
        unit: options.units?.[name] ?? null,
        used: inputs.has(name),
      })),
      target_unit: options.units?.[target],
      interval_coverage: ensemble.interval?.coverage,
      members: members.length,
      combination: combination.kind,
    },
    options.engine_version,
  );
}

function sameColumns({ members, schema }: ModelEnsemble): ModelEnsemble['schema'] {
  const kinds = new Map<string, string>();
  for (const own of members)
    for (const { name, kind } of own.schema) {
      const known = kinds.get(name) ?? kind;
      if (known !== kind)
        throw new StromaError(
          'INVALID_INPUT',
          `"${name}" is a column of kind ${known} to one member and of kind ${kind} to another, and can be no one input. Export the members.`,
          { column: name },
        );
      kinds.set(name, kind);
    }
  return schema.map((column) => ({
    ...column,
    kind: (kinds.get(column.name) as typeof column.kind) ?? column.kind,
  }));
}

/** Rows x classes, moved from the order of one list of the same labels to that of another. */
function ordered(g: GraphWriter, own: Value, from: readonly string[], to: readonly string[]): Value {
  if (from.every((label, at) => label === to[at])) return own;
  return g.op('Gather', [own, g.whole(to.map((label) => from.indexOf(label)))], { axis: { int: 1 } });
}

/** Shares of the members' voices, each for the class it finds likeliest, of several equal the first. */
function votedNodes(
  g: GraphWriter,
  predictions: readonly Value[],
  weights: readonly number[],
  classes: number,
): Value {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = predictions.map((own, at) => {
    const code = g.op('ArgMax', [own], { axis: { int: 1 }, keepdims: { int: 1 } });
    const isIt = g.op('Equal', [
      code,
      g.whole(
        Array.from({ length: classes }, (_, each) => each),
        [1, classes],
      ),
    ]);
    return g.op('Mul', [
      g.op('Cast', [isIt], { to: { int: 11 } }),
      g.scalar((weights[at] as number) / total),
    ]);
  });
  return shares.length === 1 ? (shares[0] as Value) : g.op('Sum', shares);
}
