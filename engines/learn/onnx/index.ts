/**
 * Models as ONNX files.
 *
 *   exportOnnx         a model of AutoML, its encoders with it -> a file with an input for each column
 *   exportPredictor    one fitted predictor -> a file with one input of rows x columns
 */
export { exportOnnx } from './export-automl.ts';
export { type ExportedModel, exportPredictor } from './export-predictor.ts';
export type { OnnxExportOptions, OnnxFile, OnnxPort } from './onnx-file.ts';
