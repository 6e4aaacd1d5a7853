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
      [
        'SELECT count(*) FROM t WHERE "Body Mass (g)" > 5500',
        'how many penguins weigh more than 5500',
        'number of penguins over 5.5 kg',
      ],
      [
        'SELECT quantile_cont("Flipper Length (mm)", 0.1), quantile_cont("Flipper Length (mm)", 0.9) FROM t',
        '10th and 90th percentile of flipper length',
      ],
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
      [
        'SELECT cyl, count(*) FROM t WHERE hp > 150 GROUP BY 1',
        'how many cars per cylinder have more than 150 hp',
      ],
    ],
  },
  {
    file: 'tables/vega_seattle-weather.csv',
    asks: [
      [
        "SELECT date_trunc('month', date) FROM t GROUP BY 1 ORDER BY avg(wind) DESC LIMIT 1",
        'windiest month',
      ],
      ['SELECT avg(CAST(wind > 5 AS int)) FROM t', 'what proportion of days had more wind than 5'],
      [
        "SELECT count(*) FILTER (WHERE date_part('year', date) = 2015) - count(*) FILTER (WHERE date_part('year', date) = 2014) FROM t WHERE weather = 'sun'",
        'how many more sunny days in 2015 than in 2014',
      ],
      [null, 'hottest hour', 'coldest hour of 2013'],
    ],
  },
  {
    file: 'stats/MASS_birthwt.csv',
    asks: [
      ['SELECT count(*) FROM t WHERE smoke = 1', 'how many babies were born to smokers'],
      [null, 'how many babies were born', 'babies born in 1990'],
      ['SELECT count(*) FROM t WHERE lwt > 120', 'how many mothers weighed more than 120'],
      ['SELECT count(*) FROM t WHERE bwt < 2500', 'how many babies weighed less than 2500'],
    ],
  },
  {
    file: 'stats/MASS_Pima.te.csv',
    asks: [
      [
        'SELECT type, avg(bmi) FROM t GROUP BY 1',
        'average body mass index by type',
        'mean bmi for each type',
      ],
    ],
  },
];
