/**
 * What points to persons in tables and texts: finding it, changing it, and measuring what risk is left.
 *
 *   detectColumns  samples of columns -> kinds of identifiers with confidence and reasons
 *   findSpans      a text -> what in it points to persons
 *   mapperOf       an action -> the function it is on values
 *   dateOffset     a person -> by how many days all their dates move
 */

export {
  everything,
  type Hierarchy,
  hierarchyOfBins,
  hierarchyOfCsv,
  hierarchyOfDates,
  hierarchyOfPrefixes,
  hierarchyOfRows,
  hierarchyOfSuppression,
  hierarchyOfTree,
  type Period,
  type TreeNode,
} from './actions/hierarchies.ts';
export { dateOffset, pseudonym } from './actions/pseudonyms.ts';
export { type ActionMaterial, mapperOf, type ValueAction } from './actions/value-actions.ts';
export { type Criteria, type Diversity, diversityOf } from './anonymity/criteria.ts';
export { generaliseFully, type Recoding, type SearchOptions } from './anonymity/full-domain.ts';
export { type Loss, lossOf } from './anonymity/loss.ts';
export { partition } from './anonymity/mondrian.ts';
export type { Classes, QuasiColumn, QuasiTable, SensitiveColumn } from './anonymity/quasi-table.ts';
export { type ClassSizes, type Risk, riskOf } from './anonymity/risk.ts';
export {
  type ColumnFinding,
  type ColumnSample,
  detectColumn,
  detectColumns,
} from './detection/detect-columns.ts';
export { type IdentifierKind, identifierKinds } from './detection/kinds.ts';
export { ambiguousNames, nameLikeness } from './detection/names.ts';
export { findSpans, type TextSpan } from './detection/text-spans.ts';
export { type Budget, type Cost, isWithin, type Spent, spentBy } from './noise/accounting.ts';
export { addNoise, costOf, gridSteps, halfOf, type Noise } from './noise/mechanisms.ts';
export type { RandomBytes } from './noise/random-source.ts';
