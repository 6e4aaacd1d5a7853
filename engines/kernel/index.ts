export { type ColumnSchema, type ColumnType, columnTypes, type JsonValue, type RowSet } from './columns.ts';
export { StromaError } from './errors.ts';
export { nearestName } from './nearest-name.ts';
export { type SeededRandom, seededRandom } from './random.ts';
export { fileStem, freeTableName, tableNameOf } from './table-names.ts';
export {
  type ColumnProfile,
  type ColumnValues,
  type HistogramBin,
  type IssueKind,
  issueKinds,
  type QualityIssue,
  type QualityScore,
  type SemanticType,
  semanticTypes,
  type TableProfile,
} from './table-profile.ts';
