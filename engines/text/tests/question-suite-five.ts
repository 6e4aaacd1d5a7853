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
  {
    file: 'stats/ts_sunspot.year.csv',
    asks: [
      ['SELECT floor(year / 10) * 10, avg(value) FROM t GROUP BY 1', 'mean value by decade'],
      ['SELECT max(value) FROM t WHERE year BETWEEN 1780 AND 1789', 'max value in the 1780s'],
      [
        'SELECT 100 * ((SELECT sum(value) FROM t WHERE year = 1800) / (SELECT sum(value) FROM t WHERE year = 1750) - 1)',
        'percentage change of total value from 1750 to 1800',
      ],
      [null, 'percent change in 1850'],
    ],
  },
  {
    file: 'stats/warpbreaks.csv',
    asks: [
      [
        "SELECT sum(breaks) FILTER (WHERE wool = 'A') - sum(breaks) FILTER (WHERE wool = 'B') FROM t",
        'how many more breaks in A than in B',
      ],
      [
        "SELECT avg(breaks) FILTER (WHERE wool = 'A') / avg(breaks) FILTER (WHERE wool = 'B') FROM t",
        'how many times higher is mean breaks in wool A than in wool B',
      ],
      [
        'SELECT tension, avg(breaks) FROM t GROUP BY 1 ORDER BY 2 DESC',
        'tension ordered by mean breaks, highest first',
      ],
      ['SELECT avg(breaks) FROM t', 'averge breaks'],
    ],
  },
  {
    file: 'stats/mtcars.csv',
    asks: [
      ["SELECT gear FROM t WHERE model = 'Valiant'", 'how many gears does the Valiant have'],
      ['SELECT cyl FROM t ORDER BY wt LIMIT 1', 'how many cylinders does the lightest car have'],
      [
        'SELECT count(*) FILTER (WHERE gear = 4) - count(*) FILTER (WHERE gear = 5) FROM t',
        'how many more cars with 4 gears than with 5 gears',
      ],
      ['SELECT count(*) FROM t WHERE wt < (SELECT avg(wt) FROM t)', 'how many cars are lighter than average'],
      [null, 'how many more breaks than 20'],
    ],
  },
  {
    file: 'tables/vega_seattle-weather.csv',
    asks: [
      [
        "SELECT date_trunc('month', date) FROM t GROUP BY 1 ORDER BY avg(wind) DESC LIMIT 1",
        'windiest month',
      ],
      [null, 'hottest hour', 'coldest hour of 2013'],
    ],
  },
];
