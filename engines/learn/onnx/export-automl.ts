import type { AutomlModel, SavedAutoml } from '../automl/automl-model.ts';
import { placed } from './coupling-nodes.ts';
import { encoderNodes } from './encoder-nodes.ts';
import { calibrationNodes, combinationNodes } from './ensemble-nodes.ts';
import { GraphWriter, type Value } from './graph-writer.ts';
import { FileWriter, type OnnxExportOptions, type OnnxFile } from './onnx-file.ts';
import { predictorNodes } from './predictor-nodes.ts';

/**
 * A whole model as one ONNX file (opset 20, ai.onnx.ml 5): encoders, members, their combination, calibration and
 * interval. An input of rows x 1 for each column that tells something: numbers (NaN is missing), times in milliseconds
 * since 1970 in UTC (NaN is missing), texts for categories (the empty text is missing). Outputs of classes: `label` and
 * `probabilities`; of numbers: `value`, and `low` and `high` where the model has an interval. An output whose name a
 * column has is called `predicted_...`. Computed in double, as `predict` does it. Throws INVALID_INPUT naming columns of
 * free text and kinds of models that ONNX cannot say.
 */
export function exportOnnx(model: AutomlModel | SavedAutoml, options: OnnxExportOptions = {}): OnnxFile {
  const saved = 'saved' in model ? model.saved : model;
  const { problem } = saved;
  const g = new GraphWriter();
  g.reserve(saved.schema.map(({ name }) => name));
  const file = new FileWriter(g, options.numbers);
  const inputs = inputsOf(file, saved.schema, plansOf(saved));
  const predicted = predictedNodes(g, inputs, saved);
  if (problem.labels.length > 0) file.classes(predicted, problem.labels);
  else writeValues(file, predicted, saved);
  return file.finish(
    `Predicts ${saved.target}.`,
    {
      model_id: options.model_id,
      target: saved.target,
      problem_type: problem.type,
      classes: problem.labels,
      columns: saved.schema.map(({ name, kind }) => ({
        name,
        kind,
        unit: options.units?.[name] ?? null,
        used: inputs.has(name),
      })),
      target_unit: options.units?.[saved.target],
      interval_coverage: saved.interval?.coverage,
      calibration: saved.calibration.kind,
    },
    options.engine_version,
  );
}

const membersOf = ({ combination, members }: SavedAutoml) =>
  combination.members.map((at) => members[at] as SavedAutoml['members'][number]);

/** How its members see columns. */
export const plansOf = (saved: SavedAutoml): Plans =>
  [...new Set(membersOf(saved).map(({ encoder }) => encoder))].flatMap(
    (at) => saved.encoders[at]?.plans ?? [],
  );

type Plans = SavedAutoml['encoders'][number]['plans'];

/** Calibrated probabilities, rows x classes, or values, rows x 1, of a whole model. */
export function predictedNodes(
  g: GraphWriter,
  inputs: ReadonlyMap<string, Value>,
  saved: SavedAutoml,
): Value {
  const { problem, combination, calibration } = saved;
  const width = Math.max(1, problem.labels.length);
  const matrices = new Map<number, Value>();
  const predictions = membersOf(saved).map(({ encoder, model: own, seen }) => {
    const plans = saved.encoders[encoder] as SavedAutoml['encoders'][number];
    const x = matrices.get(encoder) ?? encoderNodes(g, inputs, plans);
    matrices.set(encoder, x);
    const predicted = predictorNodes(g, x, own);
    return seen === null ? predicted : placed(g, predicted, seen, width);
  });
  const combined = combinationNodes(g, predictions, combination, width);
  return width > 1 ? calibrationNodes(g, combined, calibration, width) : combined;
}

export function writeValues(
  file: FileWriter,
  value: Value,
  { interval }: Pick<SavedAutoml, 'interval'>,
): void {
  const { g } = file;
  file.output('value', value, 'double', 1, 'The predicted value.');
  if (interval === null) return;
  const half = g.scalar(interval.half_width);
  const meaning = (end: string) =>
    `${end} of an interval that holds ${interval.coverage * 100} of 100 values.`;
  file.output('low', g.op('Sub', [value, half]), 'double', 1, meaning('Lower end'));
  file.output('high', g.op('Add', [value, half]), 'double', 1, meaning('Upper end'));
}

/** One input for each column that some encoder looks at, in the order of the schema. */
export function inputsOf(file: FileWriter, schema: SavedAutoml['schema'], plans: Plans): Map<string, Value> {
  const used = new Set(plans.filter(({ plan }) => plan !== 'ignored').map(({ name }) => name));
  const inputs = new Map<string, Value>();
  const spare: string[] = [];
  for (const { name, kind } of schema) {
    if (!used.has(name)) spare.push(name);
    else if (kind === 'category') {
      const taken = plans.some((plan) => 'levels' in plan && plan.name === name && plan.levels.includes(''));
      inputs.set(
        name,
        file.texts(name, taken ? 'A category.' : 'A category; the empty text where it is missing.'),
      );
      if (taken)
        file.notes.push(
          `"${name}": the empty text is one of its categories, so none can be told to be missing.`,
        );
    } else if (kind === 'time')
      inputs.set(
        name,
        file.numbers(name, 1, 'Milliseconds since 1970 in UTC; NaN where it is missing.', 'double'),
      );
    else if (kind === 'number') inputs.set(name, file.numbers(name, 1, 'A number; NaN where it is missing.'));
    else inputs.set(name, '');
  }
  if (file.inputs.some(({ type }) => type === 'float'))
    file.notes.push(
      'Numbers are taken in single precision: one nearer to a cut than that may fall on its other side.',
    );
  if (spare.length > 0)
    file.notes.push(
      `${spare.map((name) => `"${name}"`).join(', ')}: told nothing in training, and ${spare.length === 1 ? 'is no input' : 'are no inputs'}.`,
    );
  return inputs;
}
