/**
 * Models as ONNX files.
 *
 *   exportOnnx         a model of AutoML, its encoders with it -> a file with an input for each column
 *   exportPredictor    one fitted predictor -> a file with one input of rows x columns
 *   importOnnx         any ONNX file -> a predictor of tables, in a process of its own
 */
export { exportOnnx } from './export-automl.ts';
export { type ExportedModel, exportPredictor } from './export-predictor.ts';
export { type ImportedModel, type ImportOptions, importOnnx } from './import/imported-model.ts';
export type { OnnxExportOptions, OnnxFile, OnnxPort } from './onnx-file.ts';
