import { StromaError } from '@stroma/kernel';
import type { SavedKept } from './saved-models.ts';

/** A model as an ONNX file. Throws UNPROCESSABLE for those that no single file says. */
export async function keptOnnx(saved: SavedKept, modelId: string): Promise<Uint8Array> {
  if (saved.kind === 'automl') {
    const { exportOnnx } = await import('@stroma/learn/onnx');
    return exportOnnx(saved, { model_id: modelId }).bytes;
  }
  if (saved.kind === 'onnx') return saved.file;
  if (saved.kind === 'network') return networkOnnx(saved);
  throw new StromaError(
    'UNPROCESSABLE',
    saved.kind === 'ensemble'
      ? 'An ensemble is several models and no single ONNX file. Export its members, or take its Stroma file.'
      : 'A head on a frozen base is no single ONNX file. Take its Stroma file.',
  );
}

async function networkOnnx({ network }: Extract<SavedKept, { kind: 'network' }>): Promise<Uint8Array> {
  const networks = await import('@stroma/learn/networks');
  switch (network.kind) {
    case 'mlp':
    case 'tabular_resnet':
    case 'ft_transformer':
      return networks.exportTableNetwork(network, { numbers: 'double' }).bytes;
    case 'convolution_2d':
      return networks.loadImageNetwork(network).toOnnx();
    default:
      return networks.loadSequenceNetwork(network).toOnnx();
  }
}
