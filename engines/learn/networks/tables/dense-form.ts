import { StromaError } from '@stroma/kernel';
import type { DenseLayer, DenseModel, DenseNetwork } from '../../dense/dense-network.ts';
import type { Weights } from '../architecture.ts';
import { type MlpSettings, mlpDefaults } from './mlp.ts';
import type { SavedTableNetwork } from './table-network.ts';
import { type ResNetSettings, resNetDefaults } from './tabular-resnet.ts';

/** Of batch norms; as `batchNormKept`. */
const epsilon = 1e-5;

/**
 * An MLP or a residual network as its layers, which predict without ONNX Runtime (`loadDenseNetworks`), to about 1e-6
 * of what the network itself says. Throws INVALID_INPUT for others, whose parts are more than dense layers.
 */
export function denseForm(saved: SavedTableNetwork): DenseNetwork {
  const { kind, inputs, head, weights, settings } = saved;
  if (kind === 'ft_transformer')
    throw new StromaError(
      'INVALID_INPUT',
      `A network of dense layers was expected (mlp or tabular_resnet); "${kind}" was given.`,
    );
  const layers =
    kind === 'mlp' ? ofMlp(weights, settings as MlpSettings) : ofResNet(weights, settings as ResNetSettings);
  return { inputs, head, embeddings: embeddingsOf(weights), layers };
}

function embeddingsOf(weights: Weights): Float32Array {
  const parts = [weights['embedding.unknown'], weights['embedding.seen']].filter(
    (each) => each !== undefined,
  );
  return Float32Array.from(parts.flatMap((each) => [...each]));
}

const relu: DenseLayer = { kind: 'relu' };

const linear = (weights: Weights, name: string): DenseLayer => ({
  kind: 'linear',
  weight: weights[`${name}.weight`] as Float32Array,
  bias: weights[`${name}.bias`] as Float32Array,
});

/** A batch norm by the means it has kept. */
function normed(weights: Weights, name: string): DenseLayer {
  const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map(
    (part) => weights[`${name}.${part}`] as Float32Array,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const slope = scale.map((value, at) => value / Math.sqrt((variance[at] as number) + epsilon));
  return {
    kind: 'affine',
    scale: slope,
    shift: shift.map((value, at) => value - (slope[at] as number) * (mean[at] as number)),
    seen: { mean, variance },
  };
}

const ofMlp = (weights: Weights, { hidden }: MlpSettings): DenseLayer[] => [
  ...hidden.flatMap((_, at) => [linear(weights, `hidden${at}`), relu]),
  linear(weights, 'head'),
];

const ofResNet = (weights: Weights, { blocks }: ResNetSettings): DenseLayer[] => [
  linear(weights, 'first'),
  ...Array.from({ length: blocks }, (_, at): DenseLayer => {
    const name = `block${at}`;
    const layers = [
      normed(weights, `${name}.norm`),
      linear(weights, `${name}.wide`),
      relu,
      linear(weights, `${name}.narrow`),
    ];
    return { kind: 'residual', layers };
  }),
  normed(weights, 'norm'),
  relu,
  linear(weights, 'head'),
];

type Linear = Extract<DenseLayer, { kind: 'linear' }>;
const isLinear = (layer: DenseLayer): layer is Linear => layer.kind === 'linear';

/**
 * The network that dense layers were made of, to learn on from: its weights are those it had, its notes empty. `dropout`
 * is that of its training, which the layers do not tell; as usual when left out. Throws INVALID_INPUT for the mean of
 * several networks, and for batch norms whose means were not kept.
 */
export function fromDenseForm(
  { networks, names, categories }: DenseModel,
  dropout?: number,
): SavedTableNetwork {
  const [network, other] = networks;
  if (network === undefined || other !== undefined)
    throw new StromaError(
      'INVALID_INPUT',
      `One network was expected to learn on from; the mean of ${networks.length} was given.`,
    );
  const { inputs, head, embeddings, layers } = network;
  const dropped = dropout === undefined ? {} : { dropout };
  const columns = inputs.codes.length;
  const width = inputs.places === 0 ? mlpDefaults.embedding : embeddings.length / inputs.places;
  const common = {
    ...({ version: 1, names: [...names], categories: [...categories], inputs, head } as const),
    notes: { metric: '', score: null, step: 0, stopped: 'all_steps' as const, held_out_rows: 0, checks: [] },
  };
  const embedded = {
    ...(columns > 0 && { 'embedding.unknown': embeddings.slice(0, columns * width) }),
    ...(inputs.places > columns && { 'embedding.seen': embeddings.slice(columns * width) }),
  };
  const blocks = layers.filter((layer) => layer.kind === 'residual');
  const linears = layers.filter(isLinear);
  if (blocks.length === 0) {
    const settings = {
      ...mlpDefaults,
      hidden: linears.slice(0, -1).map(sizeOf),
      embedding: width,
      ...dropped,
    };
    const named = linears.map((layer, at) =>
      ofLinear(at === linears.length - 1 ? 'head' : `hidden${at}`, layer),
    );
    return { ...common, kind: 'mlp', settings, weights: Object.assign({}, embedded, ...named) };
  }
  const [first, last] = linears as [Linear, Linear];
  const weights = Object.assign(
    {},
    embedded,
    ofLinear('first', first),
    ...blocks.map(({ layers: own }, at) => ({
      ...ofNorm(`block${at}.norm`, own),
      ...ofLinear(`block${at}.wide`, own.filter(isLinear)[0] as Linear),
      ...ofLinear(`block${at}.narrow`, own.filter(isLinear)[1] as Linear),
    })),
    ofNorm('norm', layers),
    ofLinear('head', last),
  );
  const wide = sizeOf(blocks[0]?.layers.filter(isLinear)[0] as Linear);
  const settings = {
    ...resNetDefaults,
    ...{ blocks: blocks.length, width: sizeOf(first), inner: wide / sizeOf(first), embedding: width },
    ...dropped,
  };
  return { ...common, kind: 'tabular_resnet', settings, weights };
}

const sizeOf = ({ bias }: Linear): number => bias.length;

const ofLinear = (name: string, { weight, bias }: Linear): Weights => ({
  [`${name}.weight`]: weight,
  [`${name}.bias`]: bias,
});

function ofNorm(name: string, layers: readonly DenseLayer[]): Weights {
  const norm = layers.find((layer) => layer.kind === 'affine');
  if (norm?.seen === undefined)
    throw new StromaError(
      'INVALID_INPUT',
      'The means its batch norms have kept were expected; the network was saved without them. Train it again.',
    );
  const { mean, variance } = norm.seen;
  const spread = variance.map((value) => Math.sqrt(value + epsilon));
  return {
    [`${name}.scale`]: norm.scale.map((value, at) => value * (spread[at] as number)),
    [`${name}.shift`]: norm.shift.map(
      (value, at) => value + (norm.scale[at] as number) * (mean[at] as number),
    ),
    [`${name}.mean`]: mean,
    [`${name}.variance`]: variance,
  };
}
