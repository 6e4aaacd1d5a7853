import { input, type Tensor, toOnnx } from '@stroma/tensor';
import { outputsOf, predictionTensor } from '../head.ts';
import {
  LoadedNetwork,
  type NetworkPredictor,
  type SavedNetwork,
  type TrainingNotes,
} from '../network-predictor.ts';
import { checkSaved } from '../parts/checks.ts';
import { roomFor } from '../parts/room.ts';
import { scaledTensor } from '../parts/scaled-tensor.ts';
import { type Scaling, scaledChannels } from '../parts/scaling.ts';
import type { Graph } from './graph.ts';
import { checkFeatures, featuresOf, graphRows, preparedGraphs } from './graph-data.ts';
import { type GraphRoom, type GraphSettings, graphArchitecture } from './graph-settings.ts';

export interface SavedGraphNetwork extends SavedNetwork {
  kind: 'graph_network';
  settings: GraphSettings;
  /** What the largest graph it learned from needed. */
  room: GraphRoom;
  scaling: Scaling;
}

/**
 * A network that answers for whole graphs. `predict` gives graphs x outputs, by graph: the value, the probability of each
 * class or a score that grows with risk. Graphs may be smaller or larger than those it learned from; missing values and
 * errors as of `NodePredictor`.
 */
export interface GraphPredictor extends NetworkPredictor<readonly Graph[]> {
  readonly kind: 'graph_network';
  readonly notes: TrainingNotes;
  save(): SavedGraphNetwork;
  /**
   * An ONNX file for `batch` graphs, one when left out, `any` for as many as there are, of up to so many nodes and edges:
   * `x` [batch, nodes, features] as it was measured, 0 where missing (`missing` [batch, nodes, features that had missing
   * ones], 1 where so); `source`, `target` i32 and `weight` [batch, edges] as `prepareEdges` gives them, weight 0 past the
   * last; `share` [batch, nodes], what a node counts: 1 over the number of nodes (mean) or 1 (sum), 0 past the last. It
   * gives `prediction` [batch, outputs].
   */
  toOnnx(size?: { batch?: number | 'any' } & Partial<GraphRoom>): Uint8Array<ArrayBuffer>;
}

const graphsAtOnce = 32;

/** What `save` gave. Throws MODEL_INVALID where it is no network for graphs. */
export function loadGraphNetwork(saved: SavedGraphNetwork): GraphPredictor {
  checkSaved(saved, ['graph_network']);
  const { settings, scaling, head, weights } = saved;
  const outputs = outputsOf(head);
  const architectureFor = (room: GraphRoom) =>
    graphArchitecture(settings, room, scaledChannels(scaling), outputs);
  const forms = new Map<string, LoadedNetwork>();
  const loadedFor = (room: GraphRoom) => {
    const form = `${room.nodes} ${room.edges}`;
    const loaded = forms.get(form) ?? new LoadedNetwork(architectureFor(room), head, weights, graphsAtOnce);
    forms.set(form, loaded);
    return loaded;
  };
  const close = async () => {
    await Promise.all([...forms.values()].map((each) => each.close()));
  };
  return {
    kind: saved.kind,
    outputs,
    notes: saved.notes,
    async predict(graphs) {
      checkFeatures(featuresOf(graphs), scaling);
      const { edges, room: needed } = preparedGraphs(graphs, settings);
      const room = {
        nodes: roomFor(needed.nodes, saved.room.nodes),
        edges: roomFor(needed.edges, saved.room.edges),
      };
      return loadedFor(room).predict(graphRows(graphs, edges, room, settings, scaling), graphs.length);
    },
    save: () => saved,
    toOnnx({ batch = 1, nodes = saved.room.nodes, edges = saved.room.edges } = {}) {
      const rows = batch === 'any' ? 1 : batch;
      const whole = (name: string) => input(name, [rows, edges], 'i32');
      const inputs: Record<string, Tensor> = {
        source: whole('source'),
        target: whole('target'),
        weight: input('weight', [rows, edges]),
        share: input('share', [rows, nodes]),
        x: scaledTensor(scaling, [rows, nodes]),
      };
      const run = { batch: rows, training: false, keep: () => {} };
      const output = architectureFor({ nodes, edges }).forward(inputs, run);
      const prediction = predictionTensor(head, output);
      return toOnnx({ prediction }, { fixed: weights, anyRows: batch === 'any' });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
