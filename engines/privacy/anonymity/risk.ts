/** How many classes there are of a size: rows that no quasi-identifier tells apart are a class. */
export interface ClassSizes {
  sizes: readonly number[];
  counts: readonly number[];
}

export interface Risk {
  rows: number;
  classes: number;
  smallest_class: number;
  average_class: number;
  unique_rows: number;
  prosecutor: { highest: number; average: number; share_at_highest: number };
  journalist: { highest: number; average: number };
  marketer: number;
  share_below_k: number;
}

/**
 * Risk of re-identification as ARX defines it (Prasser, Kohlmayer 2015, doi 10.1007/978-3-319-23633-9_6, after
 * El Emam 2013). A row in a class of size f is found with 1 / f by a prosecutor, who knows that the person is in the
 * data. A journalist does not: the class in the population counts, here f / `sampled`, where `sampled` is the share
 * of the population that is in the data (1 makes both equal). A marketer's risk is the share of rows found when every
 * row is guessed: classes / rows, times `sampled`.
 */
export function riskOf({ sizes, counts }: ClassSizes, k: number, sampled = 1): Risk {
  let rows = 0;
  let classes = 0;
  let below = 0;
  let smallest = Number.POSITIVE_INFINITY;
  sizes.forEach((size, index) => {
    const count = counts[index] ?? 0;
    rows += size * count;
    classes += count;
    if (size < k) below += size * count;
    if (count > 0) smallest = Math.min(smallest, size);
  });
  if (rows === 0)
    return {
      rows: 0,
      classes: 0,
      smallest_class: 0,
      average_class: 0,
      unique_rows: 0,
      prosecutor: { highest: 0, average: 0, share_at_highest: 0 },
      journalist: { highest: 0, average: 0 },
      marketer: 0,
      share_below_k: 0,
    };
  const at = (wanted: number) =>
    sizes.reduce((sum, size, index) => (size === wanted ? sum + size * (counts[index] ?? 0) : sum), 0);
  const highest = 1 / smallest;
  const average = classes / rows;
  return {
    rows,
    classes,
    smallest_class: smallest,
    average_class: rows / classes,
    unique_rows: at(1),
    prosecutor: { highest, average, share_at_highest: at(smallest) / rows },
    journalist: { highest: Math.min(1, highest * sampled), average: average * sampled },
    marketer: average * sampled,
    share_below_k: below / rows,
  };
}
