import { fieldsOf, textOf } from '../import/wire-reader.ts';

/** Numbers of the fields of onnx.proto3. */
const inModel = { graph: 7 } as const;
const inGraph = { node: 1 } as const;
const inNode = { input: 1, output: 2, op: 4 } as const;

const linear = new Set(['MatMul', 'Gemm', 'FusedMatMul']);

/** What the last linear layer of a file is given: what a head of one's own may stand on. Null where there is none. */
export function headLayer(bytes: Uint8Array): string | null {
  let layer: string | null = null;
  const made = new Set<string>();
  for (const graph of fieldsOf(bytes)) {
    if (graph.number !== inModel.graph) continue;
    for (const node of fieldsOf(graph.bytes)) {
      if (node.number !== inGraph.node) continue;
      const inputs: string[] = [];
      let op = '';
      for (const field of fieldsOf(node.bytes)) {
        if (field.number === inNode.input) inputs.push(textOf(field));
        if (field.number === inNode.op) op = textOf(field);
        if (field.number === inNode.output) made.add(textOf(field));
      }
      const given = inputs.find((name) => made.has(name));
      if (linear.has(op) && given !== undefined) layer = given;
    }
  }
  return layer;
}
