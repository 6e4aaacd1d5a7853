import { StromaError } from '@stroma/kernel';
import type { SavedAutoml } from '@stroma/learn';
import type { SavedKept } from './saved-models.ts';

/** A model as an ONNX file. Throws UNPROCESSABLE for those that no single file says. */
export async function keptOnnx(saved: SavedKept, modelId: string): Promise<Uint8Array> {
  if (saved.kind === 'automl') {
    const { exportOnnx } = await import('@stroma/learn/onnx');
    return exportOnnx(saved, { model_id: modelId }).bytes;
  }
  if (saved.kind === 'ensemble' && saved.members.every(({ kind }) => kind === 'automl')) {
    const { exportEnsemble } = await import('@stroma/learn/onnx');
    const members = saved.members as SavedAutoml[];
    return exportEnsemble({ ...saved, members }, { model_id: modelId }).bytes;
  }
  if (saved.kind === 'onnx') return saved.file;
  if (saved.kind === 'network') return networkOnnx(saved);
  throw new StromaError(
    'UNPROCESSABLE',
    saved.kind === 'ensemble'
      ? 'A member of this ensemble is no model of columns that one ONNX file could say with others: an imported file, a head on a frozen base, or a network with inputs of its own. Export its members, or take its Stroma file.'
      : 'A head on a frozen base is no single ONNX file. Take its Stroma file.',
  );
}

async function networkOnnx({ network }: Extract<SavedKept, { kind: 'network' }>): Promise<Uint8Array> {
  const networks = await import('@stroma/learn/networks');
  switch (network.kind) {
    case 'mlp':
    case 'tabular_resnet':
    case 'ft_transformer':
      return networks.exportTableNetwork(network, { batch: 'any', numbers: 'double' }).bytes;
    case 'convolution_2d':
      return networks.loadImageNetwork(network).toOnnx({ batch: 'any' });
    default:
      return networks.loadSequenceNetwork(network).toOnnx({ batch: 'any' });
  }
}
