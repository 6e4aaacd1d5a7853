import {
  add,
  batchNorm,
  batchNormKept,
  dropout,
  initial,
  movingAverage,
  relu,
  state,
  type Tensor,
} from '@stroma/tensor';
import type { ForwardRun } from '../architecture.ts';
import { learned } from '../parts/learned.ts';
import {
  layer,
  sideBySide,
  type TableArchitecture,
  type TableShape,
  tableArchitecture,
} from './table-architecture.ts';

export interface ResNetSettings {
  blocks: number;
  width: number;
  /** Units within a block, as a multiple of the width. */
  inner: number;
  /** Within a block, and before what it adds. */
  dropout: number;
  residualDropout: number;
  embedding: number;
}

export const resNetDefaults: ResNetSettings = {
  blocks: 2,
  width: 96,
  inner: 2,
  dropout: 0.2,
  residualDropout: 0,
  embedding: 8,
};

/** Blocks of batch norm, two linear layers and ReLU, each added to what it was given (Gorishniy 2021, arXiv:2106.11959). */
export function tabularResNet(shape: TableShape, settings: ResNetSettings): TableArchitecture {
  const { width, inner } = settings;
  return tableArchitecture(shape, settings.embedding, (parts, run) => {
    const dropped = (x: Tensor, rate: number, site: string) => (run.training ? dropout(x, rate, site) : x);
    let x = layer('first', sideBySide(parts), width, run);
    for (let at = 0; at < settings.blocks; at++) {
      const name = `block${at}`;
      const wide = relu(
        layer(`${name}.wide`, normed(`${name}.norm`, x, run), Math.round(width * inner), run, 'relu'),
      );
      const added = layer(`${name}.narrow`, dropped(wide, settings.dropout, `${name}.wide`), width, run);
      x = add(x, dropped(added, settings.residualDropout, `${name}.narrow`));
    }
    return layer('head', relu(normed('norm', x, run)), shape.outputs, run);
  });
}

/** Batch norm over the rows; for predictions by the means kept. */
function normed(name: string, x: Tensor, run: ForwardRun): Tensor {
  const { training, keep } = run;
  const width = x.shape[1] ?? 1;
  const scale = learned(`${name}.scale`, [width], initial.ones, run);
  const shift = learned(`${name}.shift`, [width], initial.zeros, run);
  const mean = state(`${name}.mean`, [width], initial.zeros);
  const variance = state(`${name}.variance`, [width], initial.ones);
  if (!training || run.isFrozen?.(`${name}.mean`)) return batchNormKept(x, scale, shift, { mean, variance });
  const own = batchNorm(x, scale, shift);
  keep(movingAverage(mean, own.mean));
  keep(movingAverage(variance, own.variance));
  return own.output;
}
