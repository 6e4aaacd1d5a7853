import type { SuiteTable } from './suite-table.ts';

/** A fifth round: plain questions without an asking verb, and what stands beside the usual words. */
export const questionSuiteFive: SuiteTable[] = [
  {
    file: 'tables/penguins_raw.csv',
    asks: [
      [
        "SELECT DISTINCT Island FROM t WHERE Island LIKE 'B%'",
        'islands that begin with B',
        'islands starting with B',
      ],
      ["SELECT DISTINCT Species FROM t WHERE Species ILIKE '%chin%'", "species containing 'chin'"],
      ["SELECT count(*) > 0 FROM t WHERE Island = 'Dream'", 'is Dream in the data'],
      ['SELECT avg("Flipper Length (mm)"), min("Flipper Length (mm)") FROM t', 'flipper length: mean, min'],
      [
        'SELECT Species, min("Body Mass (g)"), max("Body Mass (g)") FROM t GROUP BY 1',
        'body mass by species: min, max',
        'summary of body mass by species: min and max',
      ],
      [
        'SELECT * FROM t WHERE "Body Mass (g)" > (SELECT avg("Body Mass (g)") FROM t)',
        'penguins heavier than the average',
      ],
      [
        'SELECT Sex FROM t WHERE Sex IS NOT NULL GROUP BY 1 ORDER BY avg("Body Mass (g)") DESC LIMIT 1',
        'which sex is heavier on average',
      ],
      [null, 'is it usually Dream', 'how many penguins ran'],
    ],
  },
];
