import { dropout, relu } from '@stroma/tensor';
import {
  layer,
  sideBySide,
  type TableArchitecture,
  type TableShape,
  tableArchitecture,
} from './table-architecture.ts';

export interface MlpSettings {
  /** Units of each hidden layer. */
  hidden: readonly number[];
  dropout: number;
  /** Numbers that stand for one category. */
  embedding: number;
}

export const mlpDefaults: MlpSettings = { hidden: [128, 128], dropout: 0.2, embedding: 8 };

/** Hidden layers of ReLU and dropout, then a linear one. */
export function mlp(shape: TableShape, settings: MlpSettings): TableArchitecture {
  return tableArchitecture(shape, settings.embedding, (parts, run) => {
    const last = settings.hidden.reduce((x, units, at) => {
      const active = relu(layer(`hidden${at}`, x, units, run, 'relu'));
      return run.training ? dropout(active, settings.dropout, `hidden${at}`) : active;
    }, sideBySide(parts));
    return layer('head', last, shape.outputs, run);
  });
}
