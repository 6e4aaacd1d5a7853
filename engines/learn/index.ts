/**
 * Learning from tables. Everything is pure and seeded: typed arrays in, numbers out.
 *
 *   isolationForest    rows -> how odd each is
 *   oddRows            rows -> those whose combination of values is odd, at a stated rate
 *   mutualInformation  two classed columns -> how much one tells of the other
 *   driversOf          a measure and classed columns -> what goes with it, alone and beyond the others
 */

export { type ClassedColumn, classesOfNumbers, classesOfTexts } from './classes.ts';
export { type Driver, type Drivers, driversOf } from './drivers.ts';
export {
  defaultForest,
  type ForestOptions,
  type IsolationForest,
  isolationForest,
} from './isolation-forest.ts';
export { type MutualInformation, mutualInformation } from './mutual-information.ts';
export { type OddRow, type OddRowOptions, oddRows } from './odd-rows.ts';
