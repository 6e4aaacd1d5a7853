import type { OnnxAttribute, OnnxConstant, OnnxGraph, OnnxType, OnnxValue } from '@stroma/tensor';

/** Something a graph computes, by its name in the file. */
export type Value = string;
export type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** Of ai.onnx.ml. 5 has TreeEnsemble, whose sums are in double and whose splits may be sets. */
export const treeDomain = { 'ai.onnx.ml': 5 };

/** Names that stand for sizes known only when it runs. */
export const rows = 'N';

/** Writes the nodes of a graph one after the other; what is no text is computed in double. */
export class GraphWriter {
  readonly #isInner: boolean;
  readonly #taken: Set<string>;
  readonly #nodes: {
    op: string;
    domain?: string;
    inputs: readonly Value[];
    outputs: Value[];
    attributes: Attributes;
  }[] = [];
  readonly #constants: OnnxConstant<OnnxType>[];
  readonly #known: Map<string, Value>;
  readonly #inputs: OnnxValue<OnnxType>[] = [];
  readonly #outputs: OnnxValue<OnnxType>[] = [];

  /** A graph within a node of `outer` shares its names and constants. */
  constructor(outer: GraphWriter | null = null) {
    this.#taken = outer === null ? new Set() : outer.#taken;
    this.#constants = outer === null ? [] : outer.#constants;
    this.#known = outer === null ? new Map() : outer.#known;
    this.#isInner = outer !== null;
  }

  /** Names of inputs to come. */
  reserve(names: readonly string[]): void {
    for (const name of names) this.#taken.add(name);
  }

  input(name: string, type: OnnxType, shape: readonly (number | string)[]): Value {
    this.#taken.add(name);
    this.#inputs.push({ name, type, shape });
    return name;
  }

  output(wanted: string, value: Value, type: OnnxType, shape: readonly (number | string)[]): string {
    const name = this.free(wanted);
    this.#nodes.push({ op: 'Identity', inputs: [value], outputs: [name], attributes: {} });
    this.#outputs.push({ name, type, shape });
    return name;
  }

  /** The name, or one like it that is not taken. */
  free(wanted: string): string {
    let name = wanted;
    while (this.#taken.has(name)) name = `predicted_${name}`;
    this.#taken.add(name);
    return name;
  }

  op(op: string, inputs: readonly Value[], attributes: Attributes = {}, domain?: string): Value {
    return this.many(op, inputs, 1, attributes, domain)[0] as Value;
  }

  many(
    op: string,
    inputs: readonly Value[],
    count: number,
    attributes: Attributes = {},
    domain?: string,
  ): Value[] {
    const outputs = Array.from({ length: count }, () => this.name());
    this.#nodes.push({ op, inputs, outputs, attributes, ...(domain === undefined ? {} : { domain }) });
    return outputs;
  }

  name(): string {
    let at = this.#taken.size;
    while (this.#taken.has(`_${at}`)) at += 1;
    this.#taken.add(`_${at}`);
    return `_${at}`;
  }

  real(values: ArrayLike<number>, shape: readonly number[]): Value {
    return this.#constant({ name: '', type: 'real', shape, values });
  }

  scalar(value: number): Value {
    return this.real([value], []);
  }

  whole(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Value {
    return this.#constant({ name: '', type: 'i64', shape, values });
  }

  texts(values: readonly string[]): Value {
    return this.#constant({ name: '', type: 'text', shape: [values.length], values });
  }

  graph(name: string): OnnxGraph<OnnxType> {
    const constants = this.#isInner ? [] : this.#constants;
    return { name, nodes: this.#nodes, constants, inputs: this.#inputs, outputs: this.#outputs };
  }

  #constant(constant: OnnxConstant<OnnxType>): Value {
    const { type, shape } = constant;
    const values: ArrayLike<number | string> = constant.values;
    const key =
      values.length <= 16 && type !== 'text'
        ? `${type} ${shape.join(',')} ${Array.from(values, (value) => (Object.is(value, -0) ? '-0' : String(value))).join(',')}`
        : null;
    const known = key === null ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.name();
    this.#constants.push({ ...constant, name });
    if (key !== null) this.#known.set(key, name);
    return name;
  }
}
