import type { SuiteTable } from './suite-table.ts';

/** What a share is of, groups beside their limits, numbers and the nouns they belong to. */
export const questionSuiteLimits: SuiteTable[] = [
  {
    file: 'stats/ToothGrowth.csv',
    asks: [
      [
        'SELECT 100 * avg((dose = 2)::INT) FROM t WHERE len > 20',
        'percentage of rows with len over 20 that have dose 2',
      ],
      ['SELECT count(*) FROM t WHERE len > 25', 'how often was len above 25'],
    ],
  },
  {
    file: 'stats/chickwts.csv',
    asks: [
      [
        "SELECT avg((feed = 'casein')::INT) FROM t WHERE weight > 300",
        'fraction of casein among chicks with weight over 300',
        'what share of the chicks with weight over 300 are casein',
      ],
      [null, 'what would weight be if feed was casein'],
    ],
  },
  {
    file: 'stats/Orange.csv',
    asks: [
      ['SELECT Tree FROM t GROUP BY 1 HAVING count(*) > 5', 'trees with more than 5 measurements'],
      [
        'SELECT Tree FROM t GROUP BY 1 HAVING sum(circumference) > 700',
        'trees with more than 700 circumference in total',
      ],
      ['SELECT circumference FROM t ORDER BY 1 DESC LIMIT 3', 'top 3 circumferences'],
    ],
  },
  {
    file: 'stats/ts_lynx.csv',
    asks: [
      [
        'SELECT year, max(value) FROM t WHERE year > 1900 GROUP BY 1',
        'max value in each year after 1900',
        'maximum value per year since 1901',
      ],
    ],
  },
  {
    file: 'stats/airquality.csv',
    asks: [
      [
        'SELECT Month, count(*) FROM t WHERE Wind > 15 GROUP BY 1 ORDER BY 2 DESC LIMIT 1',
        'which month has the most days with wind above 15',
      ],
      ['SELECT Month, avg(Temp) FROM t GROUP BY 1', 'average temp per month, hottest first'],
      ['SELECT Month, Day FROM t WHERE Month = 7 AND Temp > 90', 'days in July with temp above 90'],
      ['SELECT Wind, Month, Day FROM t ORDER BY 1 DESC LIMIT 1', 'max wind and the day it happened'],
    ],
  },
  {
    file: 'stats/warpbreaks.csv',
    asks: [
      ['SELECT wool, sum(breaks) FROM t GROUP BY 1', 'total breaks for wool A and B'],
      ["SELECT breaks FROM t WHERE tension = 'H'", 'list the breaks at tension H'],
    ],
  },
  {
    file: 'stats/mtcars.csv',
    asks: [
      ['SELECT model, hp FROM t', 'rank cars by hp'],
      [
        'SELECT count(*) FROM (SELECT gear FROM t GROUP BY 1 HAVING avg(hp) > 100)',
        'number of gears with average hp above 100',
      ],
      ['SELECT gear, avg(hp) FROM t WHERE gear IN (3, 5) GROUP BY 1', 'avg hp of 3 gears vs 5 gears'],
    ],
  },
  {
    file: 'tables/vega_seattle-weather.csv',
    asks: [
      [
        "SELECT avg(wind) FROM t WHERE date >= '2012-10-01' AND date < '2013-01-01'",
        'average wind in the final quarter of 2012',
      ],
      ['SELECT year(date), avg(temp_max) FROM t GROUP BY 1', 'average temp_max per year'],
    ],
  },
  {
    file: 'stats/iris.csv',
    asks: [
      [null, 'sepal area by species', 'rank species by petal length', 'petal length minus petal length'],
    ],
  },
];
