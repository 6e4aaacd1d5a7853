import type { Recoding } from './full-domain.ts';

export interface Loss {
  ncp: number;
  discernibility: number;
  average_class_size: number;
  suppressed_rows: number;
}

/**
 * What a recoding costs. Discernibility (Bayardo, Agrawal 2005, doi 10.1109/ICDE.2005.42): every row counts the rows
 * it cannot be told from, one that is left out all rows. Average class size over k (LeFevre 2006): 1 is the least.
 */
export function lossOf({ classes, kept, suppressedRows, ncp }: Recoding, k: number): Loss {
  let rows = 0;
  let count = 0;
  let discernibility = 0;
  classes.sizes.forEach((size, at) => {
    if (kept[at] === 0) return;
    rows += size;
    count += 1;
    discernibility += size * size;
  });
  return {
    ncp,
    discernibility: discernibility + suppressedRows * (rows + suppressedRows),
    average_class_size: count === 0 ? 0 : rows / count / k,
    suppressed_rows: suppressedRows,
  };
}
