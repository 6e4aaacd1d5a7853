/** Images: rows x height x width x channels -> a network that answers for each row. */

export { fineTuneImages, imageFeatures } from './fine-tuning.ts';
export { fitConvolution2d } from './fits.ts';
export type { Convolution2dShape } from './image-network.ts';
export { type ImagePredictor, loadImageNetwork, type SavedImageNetwork } from './image-predictor.ts';
export type { Images } from './images.ts';
