/** Graphs -> a network that answers for each graph, or for each node of one. */

export { fitGraphNetwork, fitNodeNetwork, type NodeOptions } from './fits.ts';
export { type Graph, type GraphKind, type PreparedEdges, prepareEdges } from './graph.ts';
export { type GraphPredictor, loadGraphNetwork, type SavedGraphNetwork } from './graph-predictor.ts';
export type { GraphOptions, GraphRoom, GraphSettings } from './graph-settings.ts';
export { loadNodeNetwork, type NodePredictor, type SavedNodeNetwork } from './node-predictor.ts';
