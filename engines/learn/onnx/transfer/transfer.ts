import { StromaError } from '@stroma/kernel';
import type { FitOptions, Matrix, Predictor, SavedModel, Target } from '../../estimator.ts';
import { fitElasticNetClasses } from '../../linear/elastic-logistic.ts';
import { fitElasticNet } from '../../linear/elastic-net.ts';
import { type LinearModel, loadLinear } from '../../linear/least-squares.ts';
import { type LogisticModel, loadLogistic } from '../../linear/logistic.ts';
import type { FeatureTable } from '../../table/feature-table.ts';
import { type BaseModel, type BaseModelCard, referenceTable } from './base-models.ts';
import { type DomainShift, domainShift } from './domain-shift.ts';
import { type FrozenLayer, type LayerOptions, openLayer } from './frozen-layer.ts';

export interface SavedTransfer {
  kind: 'transfer';
  version: 1;
  base: { name: string; sha256: string; licence: string };
  columns: readonly string[];
  layer: string;
  head: SavedModel;
  /** Null where the card tells no rows. */
  shift: DomainShift | null;
}

/** A base model up to its layer, frozen, and a head learned on what it gives. */
export interface TransferModel extends AsyncDisposable {
  readonly kind: 'transfer';
  readonly outputs: number;
  readonly schema: FrozenLayer['schema'];
  readonly shift: DomainShift | null;
  /** As `Predictor.predict`, of a table. Throws as `FrozenLayer.features`. */
  predict(table: FeatureTable, options?: { signal?: AbortSignal }): Promise<Float64Array>;
  save(): SavedTransfer;
  close(): Promise<void>;
}

/** Mostly squares: features of a layer lean on one another, and none is to be dropped for its neighbour. */
const l1Ratio = 0.1;
/** Of classes, whose paths cost classes times as much. */
const classPath = 20;

/**
 * Learns a linear head on the output of the base's layer, its penalty by cross-validation: classes by logistic
 * regression, numbers by least squares, both with an elastic net. The base is not changed. Rows are held against the
 * reference of its card. Throws as `openLayer` and `fitElasticNet`, and INVALID_INPUT for targets of another kind.
 */
export async function fitTransfer(
  base: BaseModel,
  table: FeatureTable,
  target: Target,
  options: FitOptions & LayerOptions,
): Promise<TransferModel> {
  if (target.kind !== 'class' && target.kind !== 'number')
    throw new StromaError(
      'INVALID_INPUT',
      `A target of classes or numbers was expected to transfer to; one of kind "${target.kind}" was given.`,
    );
  const { card } = base;
  const layer = await openLayer(await base.bytes(), card.layer, { columns: card.columns, ...options });
  try {
    const asked = options.signal === undefined ? {} : { signal: options.signal };
    const features = await layer.features(table, asked);
    const shift = await shiftOf(layer, card, table, features, options);
    const head =
      target.kind === 'class'
        ? fitElasticNetClasses(features, target, { ...options, l1Ratio, path: classPath })
        : fitElasticNet(features, target, { ...options, l1Ratio });
    return transferModel(card, layer, head, shift);
  } catch (error) {
    await layer.close();
    throw error;
  }
}

/** What `save` gave, with the base it names. Throws CONFLICT for another base. */
export async function loadTransfer(
  saved: SavedTransfer,
  base: BaseModel,
  options: LayerOptions = {},
): Promise<TransferModel> {
  const { card } = base;
  if (card.model.sha256 !== saved.base.sha256)
    throw new StromaError(
      'CONFLICT',
      `The base model "${saved.base.name}" of SHA-256 ${saved.base.sha256} was expected; "${card.name}" of ${card.model.sha256} was given.`,
      { expected: saved.base.sha256, given: card.model.sha256 },
    );
  const { head } = saved;
  const layer = await openLayer(await base.bytes(), saved.layer, { columns: saved.columns, ...options });
  const predictor =
    head.kind === 'logistic' ? loadLogistic(head as LogisticModel) : loadLinear(head as LinearModel);
  return transferModel(card, layer, predictor, saved.shift);
}

function transferModel(
  card: BaseModelCard,
  layer: FrozenLayer,
  head: Predictor,
  shift: DomainShift | null,
): TransferModel {
  const { name, licence, model, columns } = card;
  return {
    kind: 'transfer',
    outputs: head.outputs,
    schema: layer.schema,
    shift,
    predict: async (table, options) => head.predict(await layer.features(table, options)),
    save: () => ({
      kind: 'transfer',
      version: 1,
      base: { name, sha256: model.sha256, licence },
      columns,
      layer: layer.layer,
      head: head.save(),
      shift,
    }),
    close: () => layer.close(),
    [Symbol.asyncDispose]: () => layer.close(),
  };
}

async function shiftOf(
  layer: FrozenLayer,
  card: BaseModelCard,
  table: FeatureTable,
  features: Matrix,
  { seed, signal }: FitOptions,
): Promise<DomainShift | null> {
  const reference = referenceTable(card);
  if (reference === null) return null;
  const seen = await layer.features(reference, signal === undefined ? {} : { signal });
  return domainShift(
    { table: reference, seen },
    { table, seen: features },
    { seed, ...(signal && { signal }) },
  );
}
