import type { Initial } from './tensor.ts';

/**
 * How parameters begin. `fanIn` and `fanOut` count the values that meet in one output, and leave one input.
 */
export const initial = {
  zeros: { kind: 'constant', value: 0 } as Initial,
  ones: { kind: 'constant', value: 1 } as Initial,
  /** Uniform within 1 / √fanIn, as PyTorch begins its linear and convolution layers. */
  linear: (fanIn: number): Initial => ({ kind: 'uniform', bound: 1 / Math.sqrt(fanIn) }),
  /** Uniform, for layers before a ReLU (He 2015, arXiv:1502.01852). */
  kaiming: (fanIn: number): Initial => ({ kind: 'uniform', bound: Math.sqrt(6 / fanIn) }),
  /** Uniform, for layers before tanh, sigmoid or attention (Glorot & Bengio 2010). */
  glorot: (fanIn: number, fanOut: number): Initial => ({
    kind: 'uniform',
    bound: Math.sqrt(6 / (fanIn + fanOut)),
  }),
  normal: (sd: number): Initial => ({ kind: 'normal', sd }),
};
