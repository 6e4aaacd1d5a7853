import { type Cell, cellLabel } from '../../../../lib/cell.ts';

/** A value of a row as it is read: a time at midnight is a day, what is missing a dash. */
export const valueText = (value: Cell): string => cellLabel(value).replace(/T00:00:00(\.0+)?Z$/, '') || '–';
