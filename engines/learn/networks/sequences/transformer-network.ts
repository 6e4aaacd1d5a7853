import {
  add,
  constant,
  dropout,
  gelu,
  mean,
  multiHeadAttention,
  split,
  type Tensor,
  unsqueeze,
} from '@stroma/tensor';
import { dense, normed } from '../parts/layers.ts';
import { meanOfPlaces, placesHeld } from './places.ts';
import type { SequenceNetwork } from './sequence-network.ts';

export interface TransformerShape {
  /** Values a place holds, a number that `heads` divides; 32 when left out. */
  width?: number;
  /** 4 when left out. */
  heads?: number;
  /** Blocks of attention; 2 when left out. */
  layers?: number;
  /** Values within the feed-forward part; twice `width` when left out. */
  hidden?: number;
}

/**
 * Transformer encoder (Vaswani 2017, arXiv:1706.03762), normed before each part (Xiong 2020, arXiv:2002.04745), and the
 * mean over a row's places. No place attends to one past the row's length.
 */
export const transformerNetwork =
  ({ width = 32, heads = 4, layers = 2, hidden = 2 * width }: TransformerShape): SequenceNetwork =>
  (x, lengths, mode) => {
    const { outputs, dropoutRate } = mode;
    const places = x.shape[1] as number;
    const held = lengths === null ? null : placesHeld(lengths, places);
    const options = held === null ? {} : { mask: unsqueeze(unsqueeze(held, 1), 1) };
    const dropped = (h: Tensor, site: string) => dropout(h, dropoutRate, site);
    let h = dropped(add(dense('embed', x, width, mode), positions(places, width)), 'embed');
    for (let layer = 0; layer < layers; layer++) {
      const name = `layer${layer}`;
      const asked = dense(`${name}.qkv`, normed(`${name}.norm1`, h, mode), 3 * width, mode);
      const [query, key, value] = split(asked, 2, [width, width, width]) as [Tensor, Tensor, Tensor];
      const seen = multiHeadAttention(query, key, value, heads, options);
      h = add(h, dropped(dense(`${name}.out`, seen, width, mode), `${name}.out`));
      const wide = gelu(dense(`${name}.wide`, normed(`${name}.norm2`, h, mode), hidden, mode));
      h = add(h, dropped(dense(`${name}.narrow`, wide, width, mode), `${name}.narrow`));
    }
    const all = normed('norm', h, mode);
    return dense('head', held === null ? mean(all, [1]) : meanOfPlaces(all, held), outputs, mode);
  };

/** Sines and cosines of wavelengths from 2π to 10,000 x 2π places, side by side: [places, width]. */
function positions(places: number, width: number): Tensor {
  const values = Float64Array.from({ length: places * width }, (_, at) => {
    const [place, channel] = [Math.floor(at / width), at % width];
    const angle = place / 10_000 ** ((channel - (channel % 2)) / width);
    return channel % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  return constant(values, [places, width]);
}
