import { type Tensor, toOnnx } from '@stroma/tensor';
import type { Architecture } from '../architecture.ts';
import { outputsOf, predictionTensor } from '../head.ts';
import {
  LoadedNetwork,
  type NetworkPredictor,
  type SavedNetwork,
  type TrainingNotes,
} from '../network-predictor.ts';
import { checkSaved, refused } from '../parts/checks.ts';
import { decays, modeOf } from '../parts/network-mode.ts';
import { scaledTensor } from '../parts/scaled-tensor.ts';
import { type Scaling, scaled, scaledChannels } from '../parts/scaling.ts';
import { type Convolution2dShape, imageNetwork } from './image-network.ts';
import { checkImages, type Images } from './images.ts';

export type ImageSettings = Convolution2dShape & { dropout?: number };
export type ImageSize = Pick<Images, 'height' | 'width' | 'channels'>;

export interface SavedImageNetwork extends SavedNetwork {
  kind: 'convolution_2d';
  settings: ImageSettings;
  size: ImageSize;
  scaling: Scaling;
}

/**
 * A network that answers for whole images. `predict` gives rows x outputs, by row: the value, the probability of each class
 * or a score that grows with risk. A missing value counts as its channel's mean, and where the channel had missing ones in
 * training, as missing. It throws INVALID_INPUT for images of another size, and holds its thread while it computes.
 */
export interface ImagePredictor extends NetworkPredictor<Images> {
  readonly kind: 'convolution_2d';
  readonly notes: TrainingNotes;
  save(): SavedImageNetwork;
  /**
   * An ONNX file for `batch` images, one when left out, `any` for as many as there are: `x` [batch, height, width,
   * channels] as it was measured, 0 where missing; and where channels had missing values in training, `missing` [batch,
   * height, width, these channels], 1 where so. It gives `prediction` [batch, outputs].
   */
  toOnnx(size?: { batch?: number | 'any' }): Uint8Array<ArrayBuffer>;
}

const rowsAtOnce = 32;

/** `channels` are those scaled, which tell what is missing too. */
export function imageArchitecture(
  settings: ImageSettings,
  { height, width }: ImageSize,
  channels: number,
  outputs: number,
): Architecture {
  const network = imageNetwork(settings);
  return {
    rows: [{ name: 'x', shape: [height, width, channels], type: 'real' }],
    outputs,
    decays,
    forward: ({ x }, run) => network(x as Tensor, modeOf(outputs, settings.dropout ?? 0, run)),
  };
}

/** Throws INVALID_INPUT for images of another size than it learned from. */
export function checkSize({ height, width, channels }: Images, size: ImageSize): void {
  if (height !== size.height || width !== size.width || channels !== size.channels)
    throw refused(
      `The network learned from images of ${size.height} x ${size.width} x ${size.channels}; given ${height} x ${width} x ${channels}.`,
    );
}

/** What `save` gave. Throws MODEL_INVALID where it is no network for images. */
export function loadImageNetwork(saved: SavedImageNetwork): ImagePredictor {
  checkSaved(saved, ['convolution_2d']);
  const { settings, size, scaling, head, weights } = saved;
  const outputs = outputsOf(head);
  const architecture = imageArchitecture(settings, size, scaledChannels(scaling), outputs);
  const loaded = new LoadedNetwork(architecture, head, weights, rowsAtOnce);
  const close = () => loaded.close();
  return {
    kind: saved.kind,
    outputs,
    notes: saved.notes,
    async predict(images) {
      checkImages(images);
      checkSize(images, size);
      return loaded.predict({ x: scaled(images.values, scaling, null) }, images.rows);
    },
    save: () => saved,
    toOnnx({ batch = 1 } = {}) {
      const rows = batch === 'any' ? 1 : batch;
      const x = scaledTensor(scaling, [rows, size.height, size.width]);
      const output = architecture.forward({ x }, { batch: rows, training: false, keep: () => {} });
      const prediction = predictionTensor(head, output);
      return toOnnx({ prediction }, { fixed: weights, anyRows: batch === 'any' });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
