import { add, averagePool, dropout, mean, type Tensor, transpose } from '@stroma/tensor';
import { channelsNormed, convolved, dense } from '../parts/layers.ts';
import type { NetworkMode } from '../parts/network-mode.ts';

export interface Convolution2dShape {
  /** Channels of the first stage; each stage after it has twice as many. 16 when left out. */
  width?: number;
  /** Each but the first begins with the means of 2 x 2 places; 2 when left out. */
  stages?: number;
  /** Residual blocks of a stage; 1 when left out. */
  blocks?: number;
  /** Places a convolution spans each way, odd; 3 when left out. */
  kernel?: number;
}

/**
 * Residual network on x [n, height, width, channels] (He 2016, doi:10.1109/CVPR.2016.90, normed before each convolution
 * as in doi:10.1007/978-3-319-46493-0_38), and the mean over the places: [n, outputs].
 */
export const imageNetwork =
  ({ width = 16, stages = 2, blocks = 1, kernel = 3 }: Convolution2dShape) =>
  (x: Tensor, mode: NetworkMode): Tensor => {
    const { outputs, dropoutRate } = mode;
    let h = convolved('stem', transpose(x, [0, 3, 1, 2]), width, { kernel }, mode);
    for (let stage = 0; stage < stages; stage++)
      for (let block = 0; block < blocks; block++) {
        const name = `stage${stage}.block${block}`;
        const wide = width * 2 ** stage;
        const begins = stage > 0 && block === 0;
        if (begins) h = averagePool(h, 2);
        const seen = channelsNormed(`${name}.norm1`, h, mode);
        const first = convolved(`${name}.first`, seen, wide, { kernel }, mode);
        const kept = dropout(channelsNormed(`${name}.norm2`, first, mode), dropoutRate, name);
        const around = begins ? convolved(`${name}.around`, seen, wide, { kernel: 1 }, mode) : h;
        h = add(around, convolved(`${name}.second`, kept, wide, { kernel }, mode));
      }
    return dense('head', mean(channelsNormed('norm', h, mode), [2, 3]), outputs, mode);
  };
