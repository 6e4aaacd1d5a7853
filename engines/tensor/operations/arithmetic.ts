import { broadcast, refuse } from '../graph/shape.ts';
import { constant, isConstant, operation, type Tensor } from '../graph/tensor.ts';
import { broadcastTo, filled, sumTo } from './shaping.ts';

/** A number stands for itself in every place. */
export type Operand = Tensor | number;

export const asTensor = (x: Operand): Tensor => (typeof x === 'number' ? constant(x) : x);

function binary(
  name: string,
  op: string,
  x: Tensor,
  y: Tensor,
  backward: (gradient: Tensor, output: Tensor) => [Tensor, Tensor],
): Tensor {
  if (x.type !== y.type) refuse(`${name} of ${x.type} and ${y.type}`, [x.shape, y.shape], 'one element type');
  return operation(op, [x, y], broadcast(name, x.shape, y.shape), {
    backward: (gradient, output) => {
      const [dx, dy] = backward(gradient, output);
      return [sumTo(dx, x.shape), sumTo(dy, y.shape)];
    },
  });
}

/** `x` when `y`, a neutral element, would leave it as it is, stretched to the common shape. */
function kept(name: string, x: Tensor, y: Tensor): Tensor {
  return broadcastTo(x, broadcast(name, x.shape, y.shape));
}

/** x + y, broadcasting. */
export function add(first: Operand, second: Operand): Tensor {
  const [x, y] = [asTensor(first), asTensor(second)];
  if (isConstant(y, 0)) return kept('add', x, y);
  if (isConstant(x, 0)) return kept('add', y, x);
  return binary('add', 'Add', x, y, (gradient) => [gradient, gradient]);
}

/** x - y, broadcasting. */
export function subtract(first: Operand, second: Operand): Tensor {
  const [x, y] = [asTensor(first), asTensor(second)];
  if (isConstant(y, 0)) return kept('subtract', x, y);
  return binary('subtract', 'Sub', x, y, (gradient) => [gradient, negate(gradient)]);
}

/** x y element by element, broadcasting. */
export function multiply(first: Operand, second: Operand): Tensor {
  const [x, y] = [asTensor(first), asTensor(second)];
  if (isConstant(y, 1)) return kept('multiply', x, y);
  if (isConstant(x, 1)) return kept('multiply', y, x);
  const shape = broadcast('multiply', x.shape, y.shape);
  if (isConstant(x, 0) || isConstant(y, 0)) return filled(shape, 0);
  return binary('multiply', 'Mul', x, y, (gradient) => [multiply(gradient, y), multiply(gradient, x)]);
}

/** x / y, broadcasting. */
export function divide(first: Operand, second: Operand): Tensor {
  const [x, y] = [asTensor(first), asTensor(second)];
  if (isConstant(y, 1)) return kept('divide', x, y);
  if (typeof second === 'number') return multiply(x, 1 / second);
  return binary('divide', 'Div', x, y, (gradient, output) => {
    const dx = divide(gradient, y);
    return [dx, negate(multiply(dx, output))];
  });
}

/** The larger of both; where they are equal, each has half the gradient. */
export function maximum(first: Operand, second: Operand): Tensor {
  const [x, y] = [asTensor(first), asTensor(second)];
  return binary('maximum', 'Max', x, y, (gradient) => {
    const share = shareOf(x, y);
    return [multiply(gradient, share), multiply(gradient, subtract(1, share))];
  });
}

/** The smaller of both; where they are equal, each has half the gradient. */
export function minimum(first: Operand, second: Operand): Tensor {
  const [x, y] = [asTensor(first), asTensor(second)];
  return binary('minimum', 'Min', x, y, (gradient) => {
    const share = shareOf(y, x);
    return [multiply(gradient, share), multiply(gradient, subtract(1, share))];
  });
}

/** 1 where x > y, 1/2 where they are equal. */
function shareOf(x: Tensor, y: Tensor): Tensor {
  return multiply(add(sign(subtract(x, y)), 1), 0.5);
}

function unary(op: string, x: Tensor, backward: (gradient: Tensor, output: Tensor) => Tensor): Tensor {
  return operation(op, [x], x.shape, { backward: (gradient, output) => [backward(gradient, output)] });
}

export function negate(x: Tensor): Tensor {
  if (x.node.kind === 'operation' && x.node.op === 'Neg') return x.node.inputs[0] as Tensor;
  return unary('Neg', x, (gradient) => negate(gradient));
}

export const exp = (x: Tensor): Tensor => unary('Exp', x, (gradient, output) => multiply(gradient, output));

/** Natural logarithm. */
export const log = (x: Tensor): Tensor => unary('Log', x, (gradient) => divide(gradient, x));

export const sqrt = (x: Tensor): Tensor =>
  unary('Sqrt', x, (gradient, output) => divide(multiply(gradient, 0.5), output));

export const abs = (x: Tensor): Tensor => unary('Abs', x, (gradient) => multiply(gradient, sign(x)));

/** -1, 0 or 1; its gradient is 0. */
export const sign = (x: Tensor): Tensor => operation('Sign', [x], x.shape);

export const square = (x: Tensor): Tensor =>
  operation('Mul', [x, x], x.shape, { backward: (gradient) => [multiply(multiply(gradient, x), 2), null] });

/** x to a fixed power. */
export function power(x: Tensor, exponent: number): Tensor {
  if (exponent === 0) return filled(x.shape, 1);
  if (exponent === 1) return x;
  if (exponent === 2) return square(x);
  if (exponent === 0.5) return sqrt(x);
  return operation('Pow', [x, constant(exponent)], x.shape, {
    backward: (gradient) => [multiply(gradient, multiply(power(x, exponent - 1), exponent)), null],
  });
}

/** Radians. */
export const sin = (x: Tensor): Tensor => unary('Sin', x, (gradient) => multiply(gradient, cos(x)));

/** Radians; as a shifted sine, which ONNX Runtime has in double too. */
export const cos = (x: Tensor): Tensor => sin(add(x, Math.PI / 2));

/** `x` in another element type; a gradient flows between reals only. */
export function cast(x: Tensor, type: Tensor['type']): Tensor {
  if (x.type === type) return x;
  return operation('Cast', [x], x.shape, { type, attributes: { to: { text: type } } });
}

function comparison(name: string, op: string, first: Operand, second: Operand): Tensor {
  const like = typeof first === 'number' ? second : first;
  const type = typeof like === 'number' ? 'real' : like.type;
  const [x, y] = [first, second].map((each) =>
    typeof each === 'number' ? constant(each, [], type) : each,
  ) as [Tensor, Tensor];
  if (x.type !== y.type) refuse(`${name} of ${x.type} and ${y.type}`, [x.shape, y.shape], 'one element type');
  return operation(op, [x, y], broadcast(name, x.shape, y.shape), { type: 'bool' });
}

/** Truth values; `cast` makes numbers of them. */
export const greater = (x: Operand, y: Operand): Tensor => comparison('greater', 'Greater', x, y);
export const greaterOrEqual = (x: Operand, y: Operand): Tensor =>
  comparison('greaterOrEqual', 'GreaterOrEqual', x, y);
export const equal = (x: Operand, y: Operand): Tensor => comparison('equal', 'Equal', x, y);

/** `yes` where the condition (truth values) holds, `no` elsewhere, broadcasting. */
export function where(condition: Tensor, yes: Operand, no: Operand): Tensor {
  const [x, y] = [asTensor(yes), asTensor(no)];
  if (condition.type !== 'bool') refuse(`where on ${condition.type}`, [condition.shape], 'truth values');
  const shape = broadcast('where', broadcast('where', x.shape, y.shape), condition.shape);
  return operation('Where', [condition, x, y], shape, {
    type: x.type,
    backward: (gradient) => [
      null,
      sumTo(where(condition, gradient, 0), x.shape),
      sumTo(where(condition, 0, gradient), y.shape),
    ],
  });
}

/** The sum of many of one shape, weighted: mixed objectives. */
export function weightedSum(terms: readonly { weight: number; value: Tensor }[]): Tensor {
  return terms
    .map(({ weight, value }) => multiply(value, weight))
    .reduce((total, each) => add(total, each), constant(0));
}
