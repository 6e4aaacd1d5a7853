import { StromaError } from '@stroma/kernel';
import type { DenseLayer, DenseNetwork } from '../../dense/dense-network.ts';
import type { Weights } from '../architecture.ts';
import type { MlpSettings } from './mlp.ts';
import type { SavedTableNetwork } from './table-network.ts';
import type { ResNetSettings } from './tabular-resnet.ts';

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
