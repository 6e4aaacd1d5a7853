import { add, dropout, mean, multiply, type Tensor, transpose, unsqueeze } from '@stroma/tensor';
import { channelsNormed, convolved, dense } from '../parts/layers.ts';
import { meanOfPlaces, placesHeld } from './places.ts';
import type { SequenceNetwork } from './sequence-network.ts';

export interface Convolution1dShape {
  /** Channels within; 32 when left out. */
  width?: number;
  /** Residual blocks, each seeing twice as far as the one before; 3 when left out. */
  blocks?: number;
  /** Places a convolution spans, odd; 5 when left out. */
  kernel?: number;
}

/**
 * Residual blocks of two convolutions each, normed before they act (He 2016, doi:10.1007/978-3-319-46493-0_38; on series
 * Wang 2017, doi:10.1109/IJCNN.2017.7966039), with a reach that doubles from block to block, and the mean over the
 * places. Places past a row's length are zero in each convolution, as the border is.
 */
export const convolutionNetwork =
  ({ width = 32, blocks = 3, kernel = 5 }: Convolution1dShape): SequenceNetwork =>
  (x, lengths, mode) => {
    const { outputs, dropoutRate } = mode;
    const held = lengths === null ? null : placesHeld(lengths, x.shape[1] as number);
    const within = (h: Tensor) => (held === null ? h : multiply(h, unsqueeze(held, 1)));
    let h = convolved('stem', within(transpose(x, [0, 2, 1])), width, { kernel }, mode);
    for (let block = 0; block < blocks; block++) {
      const name = `block${block}`;
      const dilation = 2 ** block;
      const first = convolved(
        `${name}.first`,
        within(channelsNormed(`${name}.norm1`, h, mode)),
        width,
        { kernel, dilation },
        mode,
      );
      const kept = dropout(channelsNormed(`${name}.norm2`, first, mode), dropoutRate, name);
      h = add(h, convolved(`${name}.second`, within(kept), width, { kernel, dilation }, mode));
    }
    const seen = channelsNormed('norm', h, mode);
    const pooled = held === null ? mean(seen, [2]) : meanOfPlaces(transpose(seen, [0, 2, 1]), held);
    return dense('head', pooled, outputs, mode);
  };
