import type { AutomlPrediction, FeatureTable, SavedAutoml, TreeExplainer } from '@stroma/learn';
import { likeliest } from '@stroma/learn';

/** What every model that is kept tells of itself. */
export type SavedFacts = Pick<SavedAutoml, 'target' | 'problem' | 'schema' | 'background' | 'interval'>;

/** A model of any kind, as answers are asked of it: one of AutoML answers at once, others later. */
export interface AskedModel {
  readonly saved: Pick<SavedAutoml, 'target' | 'problem' | 'schema' | 'background'> & {
    readonly encoders: readonly Pick<SavedAutoml['encoders'][number], 'plans'>[];
  };
  /** Columns it does not know are left aside. Throws INVALID_INPUT naming columns that are missing or of another kind. */
  predict(
    table: FeatureTable,
    options?: { signal?: AbortSignal },
  ): AutomlPrediction | Promise<AutomlPrediction>;
  /** As `predict`'s outputs alone. */
  outputs(table: FeatureTable): Float64Array | Promise<Float64Array>;
  /** Exact explanations of its rows; null, or left out, where there are none. */
  trees?(): TreeExplainer | null;
  /** Frees what it holds outside of the heap, and ends processes of its own. */
  close?(): Promise<void>;
}

export interface Answering {
  /** Rows x outputs. */
  outputs(table: FeatureTable, signal?: AbortSignal): Promise<Float64Array>;
  unseen?(table: FeatureTable): AutomlPrediction['unseen'];
  close(): Promise<void>;
}

/** A model that answers later, with what all models tell beside their outputs. */
export function askedModel(
  facts: SavedFacts,
  { outputs, unseen = () => [], close }: Answering,
): AskedModel & { close(): Promise<void> } {
  const { target, problem, schema, background, interval } = facts;
  const { labels } = problem;
  return {
    saved: {
      target,
      problem,
      schema,
      background,
      encoders: [{ plans: schema.map(({ name, kind }) => ({ plan: 'ignored', name, kind })) }],
    },
    outputs: (table) => outputs(table),
    async predict(table, { signal } = {}) {
      const found = await outputs(table, signal);
      if (labels.length > 0)
        return {
          outputs: found,
          values: null,
          labels: Array.from(likeliest(found, labels.length), (code) => labels[code] ?? ''),
          interval: null,
          unseen: unseen(table),
        };
      return {
        outputs: found,
        values: found,
        labels: null,
        interval:
          interval === null
            ? null
            : {
                low: found.map((value) => value - interval.half_width),
                high: found.map((value) => value + interval.half_width),
                coverage: interval.coverage,
              },
        unseen: unseen(table),
      };
    },
    close,
  };
}
