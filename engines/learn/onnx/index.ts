/**
 * Models as ONNX files.
 *
 *   exportOnnx         a model of AutoML, its encoders with it -> a file with an input for each column
 *   exportEnsemble     several such models and how they are weighed -> one file of them all
 *   exportPredictor    one fitted predictor -> a file with one input of rows x columns
 *   importOnnx         any ONNX file -> a predictor of tables, in a process of its own
 *   describeOnnx       the same -> what it takes and gives, without running it
 *   baseModels         a folder of models with their cards -> those to learn from
 *   domainShift        what a layer gives for rows, and for those of a reference -> how far they are
 *   fitTransfer        one of them, frozen up to a layer, and a table -> a linear head on what it gives
 */
export { exportOnnx } from './export-automl.ts';
export { exportEnsemble, type ModelEnsemble } from './export-ensemble.ts';
export { type ExportedModel, exportPredictor } from './export-predictor.ts';
export { describeOnnx, type OnnxDescription } from './import/description.ts';
export { type ImportedModel, type ImportOptions, importOnnx } from './import/imported-model.ts';
export type { OnnxExportOptions, OnnxFile, OnnxPort } from './onnx-file.ts';
export {
  type BaseModel,
  type BaseModelCard,
  baseModels,
  type ModelFolder,
} from './transfer/base-models.ts';
export { type DomainShift, domainShift, type SeenRows } from './transfer/domain-shift.ts';
export { type FrozenLayer, openLayer } from './transfer/frozen-layer.ts';
export { headLayer } from './transfer/head-layer.ts';
export {
  fitTransfer,
  loadTransfer,
  type SavedTransfer,
  type TransferModel,
} from './transfer/transfer.ts';
