import type { Tensor } from '@stroma/tensor';
import type { NetworkMode } from '../parts/network-mode.ts';

/**
 * A forward function: x [n, places, channels] and the length of each row (i32 [n], 1 or more; null where all are full)
 * to [n, outputs]. What stands past a row's length has no part in it, as long as it is finite.
 */
export type SequenceNetwork = (x: Tensor, lengths: Tensor | null, mode: NetworkMode) => Tensor;
