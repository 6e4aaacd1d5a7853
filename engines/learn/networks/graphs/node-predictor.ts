import type { NetworkData } from '../architecture.ts';
import { outputsOf } from '../head.ts';
import {
  LoadedNetwork,
  type NetworkPredictor,
  type SavedNetwork,
  type TrainingNotes,
} from '../network-predictor.ts';
import { checkSaved } from '../parts/checks.ts';
import { type Scaling, scaledChannels } from '../parts/scaling.ts';
import type { Graph } from './graph.ts';
import { checkFeatures, featuresOf, wholeGraph } from './graph-data.ts';
import { type GraphRoom, type GraphSettings, nodeArchitecture } from './graph-settings.ts';

export interface SavedNodeNetwork extends SavedNetwork {
  kind: 'node_network';
  settings: GraphSettings;
  scaling: Scaling;
}

/**
 * A network that answers for each node of a graph, of the one it learned from or of another. `predict` gives nodes x
 * outputs, by node: the value, the probability of each class or a score that grows with risk. A missing value counts as its
 * feature's mean, and where the feature had missing ones in training, as missing. It throws INVALID_INPUT where nodes have
 * another number of features, and holds its thread while it computes.
 */
export interface NodePredictor extends NetworkPredictor<Graph> {
  readonly kind: 'node_network';
  readonly notes: TrainingNotes;
  save(): SavedNodeNetwork;
}

/** What `save` gave. Throws MODEL_INVALID where it is no network for nodes. */
export function loadNodeNetwork(saved: SavedNodeNetwork): NodePredictor {
  checkSaved(saved, ['node_network']);
  const { settings, scaling, head, weights } = saved;
  const outputs = outputsOf(head);
  const answer = async (room: GraphRoom, data: NetworkData) => {
    const architecture = nodeArchitecture(settings, room, scaledChannels(scaling), outputs);
    await using loaded = new LoadedNetwork(architecture, head, weights, room.nodes);
    const node = Int32Array.from({ length: room.nodes }, (_, at) => at);
    return await loaded.predict({ node, ...data }, room.nodes);
  };
  // Each graph is a function of its own, opened for it and closed: nothing is kept.
  const close = async () => {};
  return {
    kind: saved.kind,
    outputs,
    notes: saved.notes,
    async predict(graph) {
      checkFeatures(featuresOf([graph]), scaling);
      const { room, data } = wholeGraph(graph, settings, scaling);
      return answer(room, data);
    },
    save: () => saved,
    close,
    [Symbol.asyncDispose]: close,
  };
}
