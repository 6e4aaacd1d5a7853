import type { Target } from '../../estimator.ts';
import { scaled, scaledChannels } from '../parts/scaling.ts';
import { beforeHead, type FineTuningOptions, tuned } from '../parts/tuning.ts';
import {
  checkSize,
  type ImagePredictor,
  type ImageSettings,
  imageArchitecture,
  loadImageNetwork,
  type SavedImageNetwork,
} from './image-predictor.ts';
import { checkImages, type Images } from './images.ts';

/** A network of images learned on from a base, as `fineTune` does with tables. Throws INVALID_INPUT for another size. */
export async function fineTuneImages(
  base: SavedImageNetwork,
  images: Images,
  target: Target,
  options: FineTuningOptions,
): Promise<ImagePredictor> {
  const tunable = { base, groups: layersOf(base.settings), architecture: architectureOf(base) };
  return loadImageNetwork(await tuned(tunable, dataOf(base, images), images.rows, target, options));
}

/** What the head of the network is given for each image: rows x width, by row. */
export const imageFeatures = (base: SavedImageNetwork, images: Images) =>
  beforeHead({ base, architecture: architectureOf(base) }, dataOf(base, images));

const architectureOf =
  ({ settings, size, scaling }: SavedImageNetwork) =>
  (outputs: number) =>
    imageArchitecture(settings, size, scaledChannels(scaling), outputs);

function dataOf({ size, scaling }: SavedImageNetwork, images: Images) {
  checkImages(images);
  checkSize(images, size);
  return { x: scaled(images.values, scaling, null) };
}

function layersOf({ stages = 2, blocks = 1 }: ImageSettings): string[][] {
  const middle = Array.from({ length: stages * blocks }, (_, at) => [
    `stage${Math.floor(at / blocks)}.block${at % blocks}`,
  ]);
  return [['stem'], ...middle, ['norm', 'head']];
}
