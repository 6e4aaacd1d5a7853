import { refuse } from '../graph/shape.ts';
import type { OnnxGraph, OnnxNode, OnnxValue } from './model.ts';

const ofOneRow = (name: string): string => `${name} of one row`;

/**
 * A graph of one row (inputs and outputs of 1 x ...) as one of any number of rows, which a Scan goes through. Constants stay
 * outside it. Throws TENSOR_SHAPE where an input or output is not of one row.
 */
export function eachRow(graph: OnnxGraph): OnnxGraph {
  const ports = [...graph.inputs, ...graph.outputs];
  for (const { name, shape } of ports)
    if (shape[0] !== 1)
      refuse(`"${name}" of a file for any rows`, [shape.map(Number)], 'a first dimension of 1');
  const outer = new Set(ports.map(({ name }) => name));
  const inner = (name: string) => (outer.has(name) ? ofOneRow(name) : name);
  const reshaped = (from: string, name: string, to: string): OnnxNode => ({
    op: 'Reshape',
    inputs: [from, `sizes of ${name}`],
    outputs: [to],
    attributes: {},
  });
  const slice = (name: string) => `slice of ${name}`;
  const sliced = ({ name, type, shape }: OnnxValue): OnnxValue => ({
    name: slice(name),
    type,
    shape: shape.slice(1),
  });
  const body: OnnxGraph = {
    name: 'one row',
    constants: [],
    inputs: graph.inputs.map(sliced),
    outputs: graph.outputs.map(sliced),
    nodes: [
      ...graph.inputs.map(({ name }) => reshaped(slice(name), name, ofOneRow(name))),
      ...graph.nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(inner),
        outputs: node.outputs.map(inner),
      })),
      ...graph.outputs.map(({ name }) => reshaped(ofOneRow(name), name, slice(name))),
    ],
  };
  const sizes = (name: string, shape: OnnxValue['shape']) => ({
    name: `sizes of ${name}`,
    type: 'i64' as const,
    shape: [shape.length],
    values: shape.map(Number),
  });
  return {
    name: graph.name,
    nodes: [
      {
        op: 'Scan',
        inputs: graph.inputs.map(({ name }) => name),
        outputs: graph.outputs.map(({ name }) => name),
        attributes: { body: { graph: body }, num_scan_inputs: { int: graph.inputs.length } },
      },
    ],
    constants: [
      ...graph.constants,
      ...graph.inputs.map(({ name, shape }) => sizes(name, shape)),
      ...graph.outputs.map(({ name, shape }) => sizes(name, shape.slice(1))),
    ],
    inputs: graph.inputs.map((value) => ({ ...value, shape: ['N', ...value.shape.slice(1)] })),
    outputs: graph.outputs.map((value) => ({ ...value, shape: ['N', ...value.shape.slice(1)] })),
  };
}
