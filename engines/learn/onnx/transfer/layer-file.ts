import { bytesField, encode } from '@stroma/tensor';
import { fieldsOf, notOnnx, textOf, type WireField } from '../import/wire-reader.ts';

/** Numbers of the fields of onnx.proto3. */
const inModel = { graph: 7 } as const;
const inGraph = { node: 1, output: 12 } as const;
const inNode = { input: 1, output: 2, name: 3, attribute: 5 } as const;
const inAttribute = { graph: 6, graphs: 11 } as const;

const shownLayers = 20;

interface LayerNode {
  field: WireField;
  name: string;
  inputs: string[];
  outputs: string[];
}

/**
 * The file with one layer's output instead of its own, and only the nodes that lead to it. A layer is named by its
 * output, or by its node. Throws MODEL_INVALID, naming layers there are, for one that is not.
 */
export function fileOfLayer(bytes: Uint8Array, layer: string): { bytes: Uint8Array; output: string } {
  const fields = [...fieldsOf(bytes)];
  const graph = fields.find(({ number }) => number === inModel.graph);
  if (graph === undefined) throw notOnnx('it holds no graph');
  const parts = [...fieldsOf(graph.bytes)];
  const nodes = parts.filter(({ number }) => number === inGraph.node).map(readNode);
  const output =
    nodes.find(({ outputs }) => outputs.includes(layer) && layer !== '') ??
    nodes.find(({ name }) => name === layer && layer !== '');
  const name = output?.outputs.includes(layer) ? layer : output?.outputs[0];
  if (name === undefined) {
    const last = nodes.slice(-shownLayers).flatMap(({ outputs }) => outputs);
    throw notOnnx(
      `it has no layer "${layer}"; its last ones are ${last.map((own) => `"${own}"`).join(', ')}`,
      { layer, layers: last },
    );
  }
  const needed = neededFor(name, nodes);
  const kept = encode([
    parts.flatMap((field) => {
      if (field.number === inGraph.output) return [];
      return field.number === inGraph.node && !needed.has(field) ? [] : [field.whole];
    }),
    bytesField(inGraph.output, bytesField(1, name)),
  ]);
  const model = fields.map((field) => (field === graph ? bytesField(inModel.graph, kept) : field.whole));
  return { bytes: encode(model), output: name };
}

/** Nodes stand after those they need. */
function neededFor(output: string, nodes: readonly LayerNode[]): Set<WireField> {
  const wanted = new Set([output]);
  const needed = new Set<WireField>();
  for (const { field, inputs, outputs } of nodes.toReversed()) {
    if (!outputs.some((own) => wanted.has(own))) continue;
    needed.add(field);
    for (const own of inputs) wanted.add(own);
  }
  return needed;
}

function readNode(field: WireField): LayerNode {
  const node: LayerNode = { field, name: '', inputs: [], outputs: [] };
  for (const own of fieldsOf(field.bytes)) {
    if (own.number === inNode.input) node.inputs.push(textOf(own));
    if (own.number === inNode.output) node.outputs.push(textOf(own));
    if (own.number === inNode.name) node.name = textOf(own);
    // A graph within a node may use whatever stands outside.
    if (own.number === inNode.attribute)
      for (const part of fieldsOf(own.bytes))
        if (part.number === inAttribute.graph || part.number === inAttribute.graphs)
          node.inputs.push(...namesIn(part.bytes));
  }
  return node;
}

const namesIn = (graph: Uint8Array): string[] =>
  [...fieldsOf(graph)].flatMap((field) => {
    if (field.number === inGraph.node) return readNode(field).inputs;
    if (field.number !== inGraph.output) return [];
    return [...fieldsOf(field.bytes)].filter(({ number }) => number === 1).map(textOf);
  });
