import { StromaError } from '@stroma/kernel';
import { fieldsOf, notOnnx, textOf, type WireField } from './wire-reader.ts';

/** Numbers of the fields of onnx.proto3 that can hold a tensor, a graph or a node somewhere below. */
const inModel = { graph: 7, training: 20, function: 25 } as const;
const inGraph = { node: 1, initializer: 5, sparse: 15 } as const;
const inNode = { op: 4, attribute: 5, domain: 7 } as const;
const inAttribute = { tensor: 5, graph: 6, tensors: 10, graphs: 11, sparse: 22, sparses: 23 } as const;
const inTensor = { external: 13, location: 14 } as const;
const inFunction = { name: 1, node: 7, domain: 10, attribute: 11 } as const;

const standard = new Set(['', 'ai.onnx', 'ai.onnx.ml']);
/** Of ONNX Runtime's own operators those that converters write; one of the others opens files. */
const runtimeOwn = new Set([
  'BiasGelu',
  'CDist',
  'DynamicQuantizeMatMul',
  'FastGelu',
  'FusedMatMul',
  'Gelu',
  'MatMulIntegerToFloat',
  'QLinearAdd',
  'QLinearSigmoid',
  'QuickGelu',
  'SkipLayerNormalization',
]);
const mostNodes = 500_000;
const deepest = 16;

/**
 * Walks every message a model may hide a tensor or node in, also those given twice, which readers join. Throws
 * MODEL_INVALID for tensors whose data are in another file, operators that are neither ONNX's nor defined in the file,
 * and graphs too deep or too large.
 */
export function checkFile(model: Uint8Array): void {
  const functions = new Set<string>();
  for (const field of fieldsOf(model))
    if (field.number === inModel.function) {
      const { domain, op } = operatorOf(field, inFunction.name, inFunction.domain);
      functions.add(JSON.stringify([domain, op]));
    }
  new FileWalk(functions).model(model);
}

function operatorOf(message: WireField, name: number, from: number): { domain: string; op: string } {
  const found = { domain: '', op: '' };
  for (const field of fieldsOf(message.bytes)) {
    if (field.number === name) found.op = textOf(field);
    if (field.number === from) found.domain = textOf(field);
  }
  return found;
}

class FileWalk {
  readonly #functions: ReadonlySet<string>;
  #nodes = 0;

  constructor(functions: ReadonlySet<string>) {
    this.#functions = functions;
  }

  model(message: Uint8Array): void {
    for (const field of fieldsOf(message)) {
      if (field.number === inModel.graph) this.#graph(field.bytes, 0);
      if (field.number === inModel.training)
        throw notOnnx('it holds a training graph, which no prediction needs: export it for inference');
      if (field.number === inModel.function)
        for (const own of fieldsOf(field.bytes)) {
          if (own.number === inFunction.node) this.#node(own, 1);
          if (own.number === inFunction.attribute) this.#attribute(own.bytes, 1);
        }
    }
  }

  #graph(message: Uint8Array, depth: number): void {
    if (depth > deepest) throw notOnnx(`its graphs stand in one another more than ${deepest} deep`);
    for (const field of fieldsOf(message)) {
      if (field.number === inGraph.node) this.#node(field, depth);
      else if (field.number === inGraph.initializer) this.#tensor(field.bytes);
      else if (field.number === inGraph.sparse) this.#sparse(field.bytes);
    }
  }

  #node(node: WireField, depth: number): void {
    this.#nodes += 1;
    if (this.#nodes > mostNodes) throw notOnnx(`it has more than ${mostNodes} operations`);
    const { domain, op } = operatorOf(node, inNode.op, inNode.domain);
    // What a file defines by a name of the runtime's own would not be sure to be what runs.
    const isKnown =
      standard.has(domain) ||
      (domain.startsWith('com.m')
        ? domain === 'com.microsoft' && runtimeOwn.has(op)
        : this.#functions.has(JSON.stringify([domain, op])));
    if (!isKnown)
      throw new StromaError(
        'MODEL_INVALID',
        `Operators of ONNX and ai.onnx.ml were expected; the file asks for "${op}" of "${domain}", which only a program with that extension has. Export the model without custom operators.`,
        { operator: op, domain },
      );
    for (const field of fieldsOf(node.bytes))
      if (field.number === inNode.attribute) this.#attribute(field.bytes, depth);
  }

  #attribute(message: Uint8Array, depth: number): void {
    for (const field of fieldsOf(message)) {
      if (field.number === inAttribute.tensor || field.number === inAttribute.tensors)
        this.#tensor(field.bytes);
      else if (field.number === inAttribute.graph || field.number === inAttribute.graphs)
        this.#graph(field.bytes, depth + 1);
      else if (field.number === inAttribute.sparse || field.number === inAttribute.sparses)
        this.#sparse(field.bytes);
    }
  }

  #sparse(message: Uint8Array): void {
    for (const field of fieldsOf(message))
      if (field.kind === 'bytes' && field.number < 3) this.#tensor(field.bytes);
  }

  #tensor(message: Uint8Array): void {
    for (const { number, int } of fieldsOf(message))
      if (number === inTensor.external || (number === inTensor.location && int !== 0n))
        throw new StromaError(
          'MODEL_INVALID',
          'A file that holds all its data was expected; this one names another file for some of its numbers. Save it as one file ("save_as_external_data=False").',
        );
  }
}
