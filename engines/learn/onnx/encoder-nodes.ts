import { StromaError } from '@stroma/kernel';
import type {
  CategoryPlan,
  ColumnPlan,
  EffectPlan,
  NumberPlan,
  SavedEncoder,
} from '../table/encoder-options.ts';
import type { GraphWriter, Value } from './graph-writer.ts';
import { timeNodes } from './time-nodes.ts';

const acrossColumns = { axis: { int: 1 } };
const real = { to: { int: 11 } };
/** A category that is not there is the empty text, which tells it from one that training did not have. */
const missingCode = -2;
const unseenCode = -1;

/**
 * Rows x encoded columns, from inputs of rows x 1 by the name of their column. Throws INVALID_INPUT naming the columns
 * of free text: ONNX has no way to take words apart as we do.
 */
export function encoderNodes(g: GraphWriter, inputs: ReadonlyMap<string, Value>, saved: SavedEncoder): Value {
  const texts = saved.plans.filter(({ plan }) => plan === 'text').map(({ name }) => name);
  if (texts.length > 0)
    throw new StromaError(
      'INVALID_INPUT',
      `Columns of numbers, categories and times were expected; ${texts.map((name) => `"${name}"`).join(', ')} ${texts.length === 1 ? 'is' : 'are'} free text, whose words an ONNX file cannot count. Train without ${texts.length === 1 ? 'it' : 'them'}, or keep the model in the format it was saved in.`,
      { columns: texts },
    );
  const parts = saved.plans.flatMap((plan) => {
    const input = inputs.get(plan.name);
    return input === undefined ? [] : partNodes(g, input, plan);
  });
  const joined = parts.length === 1 ? (parts[0] as Value) : g.op('Concat', parts, acrossColumns);
  const width = saved.centres.length;
  if (width === 0) return joined;
  const apart = g.op('Sub', [joined, g.real(saved.centres, [1, width])]);
  return g.op('Div', [apart, g.real(saved.scales, [1, width])]);
}

function partNodes(g: GraphWriter, input: Value, plan: ColumnPlan): Value[] {
  switch (plan.plan) {
    case 'number':
      return numberNodes(g, input, plan, (filled) => [filled]);
    case 'time':
      return numberNodes(g, input, plan, (filled) => timeNodes(g, filled, plan));
    case 'category':
      return categoryNodes(g, input, plan);
    case 'effect':
      return [effectNodes(g, input, plan)];
    case 'text':
    case 'ignored':
      return [];
  }
}

function numberNodes(
  g: GraphWriter,
  input: Value,
  { fill, indicator }: Pick<NumberPlan, 'fill' | 'indicator'>,
  parts: (filled: Value) => Value[],
): Value[] {
  if (fill === null && !indicator) return parts(input);
  const missing = g.op('IsNaN', [input]);
  const filled = fill === null ? input : g.op('Where', [missing, g.scalar(fill), input]);
  return [...parts(filled), ...(indicator ? [g.op('Cast', [missing], real)] : [])];
}

/** Place of each text among the levels; `other` for those that are none. */
function codeNodes(g: GraphWriter, input: Value, levels: readonly string[], other: number): Value {
  const keys = levels.includes('') ? levels : [...levels, ''];
  const codes = keys.map((_, code) => (code < levels.length ? code : missingCode));
  return g.op(
    'LabelEncoder',
    [input],
    { keys_strings: { texts: keys }, values_int64s: { ints: codes }, default_int64: { int: other } },
    'ai.onnx.ml',
  );
}

function categoryNodes(g: GraphWriter, input: Value, plan: CategoryPlan): Value[] {
  const { levels, pooled, coding, missing } = plan;
  const codes = codeNodes(g, input, levels, pooled ? levels.length : unseenCode);
  const numbers = g.op('Cast', [codes], real);
  if (coding === 'native')
    return [g.op('Where', [g.op('Less', [codes, g.whole([0], [])]), g.scalar(Number.NaN), numbers])];
  if (coding === 'ordinal') return [g.op('Max', [numbers, g.scalar(unseenCode)])];
  const count = levels.length + (pooled ? 1 : 0);
  const from = count === 2 && !missing ? 1 : 0;
  const wanted = Array.from({ length: count - from }, (_, at) => at + from);
  if (missing) wanted.push(missingCode);
  return [g.op('Cast', [g.op('Equal', [codes, g.whole(wanted, [1, wanted.length])])], real)];
}

/** The mean of all stands after those of the levels, for what is none of them. */
function effectNodes(g: GraphWriter, input: Value, { levels, prior, effects }: EffectPlan): Value {
  const codes = codeNodes(g, input, levels, unseenCode);
  const place = g.op('Where', [g.op('Less', [codes, g.whole([0], [])]), g.whole([levels.length], []), codes]);
  const table = g.real(Float64Array.of(...effects, ...prior), [levels.length + 1, prior.length]);
  return g.op('Squeeze', [g.op('Gather', [table, place]), g.whole([1])]);
}
