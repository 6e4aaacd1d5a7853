/** Whether what a model sees, says and gets wrong is still what it was. */

export type { StreamChange } from './adaptive-window.ts';
export type { ColumnDrift } from './column-drift.ts';
export { type ConceptDrift, lossChanges, lossesOf } from './concept-drift.ts';
export {
  type DriftOptions,
  type DriftReport,
  driftOf,
  fewestDriftRows,
  type JointDrift,
  type Observed,
} from './drift.ts';
export {
  type BriefDrift,
  type DriftOverWindows,
  driftInWindows,
  driftOverWindows,
  type WindowDrift,
  type WindowRows,
  windowsByTime,
  windowsOfSize,
} from './drift-windows.ts';
export { sampleRows } from './joint-rows.ts';
export { type DriftSeverity, type DriftThresholds, driftSeverities, driftThresholds } from './severity.ts';
