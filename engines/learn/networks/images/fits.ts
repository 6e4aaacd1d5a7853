import type { Target } from '../../estimator.ts';
import { headOf, outputsOf } from '../head.ts';
import { notesOf } from '../network-predictor.ts';
import { checkDropout, checkKernel, checkWhole, checkWidth, refused } from '../parts/checks.ts';
import type { NetworkFitOptions } from '../parts/fit-options.ts';
import { scaled, scaledChannels, scalingOf } from '../parts/scaling.ts';
import { trainNetwork } from '../training-loop.ts';
import type { Convolution2dShape } from './image-network.ts';
import { type ImagePredictor, imageArchitecture, loadImageNetwork } from './image-predictor.ts';
import { checkImages, type Images } from './images.ts';

/**
 * Learns a number, a class or a survival time of each image by a residual network of convolutions, with the shared training
 * of networks (early stopping, `go`, `from`, `memoryLimitBytes`); in a thread of its own, which it holds. Channels are
 * taken in their standard deviations. A missing value counts as its channel's mean, and a channel that has missing ones is
 * followed by one that says where.
 *
 * Throws as `trainNetwork`, and INVALID_INPUT for sizes that do not fit, infinite values and channels of which nothing is
 * known.
 */
export async function fitConvolution2d(
  images: Images,
  target: Target,
  options: NetworkFitOptions & Convolution2dShape,
): Promise<ImagePredictor> {
  checkImages(images);
  const { width = 16, stages = 2, blocks = 1, kernel = 3, dropout = 0 } = options;
  const settings = { width, stages, blocks, kernel, dropout };
  checkWidth(width);
  checkWhole(settings, ['stages', 'blocks']);
  checkKernel(kernel);
  checkDropout(dropout);
  if (Math.min(images.height, images.width) < 2 ** (stages - 1))
    throw refused(
      `${stages} stages halve images of ${images.height} x ${images.width} to nothing; take fewer.`,
    );
  const size = { height: images.height, width: images.width, channels: images.channels };
  const scaling = scalingOf(images.values, images.channels, null);
  const outputs = outputsOf(headOf(target, images.rows));
  const architecture = imageArchitecture(settings, size, scaledChannels(scaling), outputs);
  const x = scaled(images.values, scaling, null);
  const trained = await trainNetwork(architecture, { x }, target, options);
  return loadImageNetwork({
    kind: 'convolution_2d',
    version: 1,
    settings,
    size,
    scaling,
    head: trained.head,
    weights: trained.weights,
    notes: notesOf(trained),
  });
}
