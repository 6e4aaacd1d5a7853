import type { SuiteTable } from './suite-table.ts';

/** A fourth round: small classic tables, polite and clipped ways to ask. */
export const questionSuiteFour: SuiteTable[] = [
  {
    file: 'stats/faithful.csv',
    asks: [
      [
        'SELECT avg(waiting) FROM t',
        'What is the average waiting time?',
        'mean waiting time between eruptions',
        'avg waiting',
      ],
      [
        'SELECT count(*) FROM t WHERE eruptions > 3',
        'how many eruptions lasted longer than 3',
        'number of rows where eruptions is greater than 3',
        'count of observations with eruptions over 3 minutes',
      ],
      [
        'SELECT corr(eruptions, waiting) FROM t',
        'Please give me the correlation between eruptions and waiting',
        'How are eruptions and waiting related?',
      ],
      ['SELECT max(waiting) FROM t', 'longest waiting time', 'what was the longest waiting time?'],
      [null, 'height of the eruptions', 'average temperature of the water'],
    ],
  },
  {
    file: 'stats/cars.csv',
    asks: [
      ['SELECT avg(dist) FROM t', 'mean stopping distance', 'average distance'],
      ['SELECT max(speed) FROM t', 'top speed', 'highest speed', 'maximum speed'],
      [
        'SELECT avg(dist) FROM t WHERE speed > 15',
        'average stopping distance for cars faster than 15',
        'mean dist when speed is above 15',
      ],
      [null, 'average price', 'colour of the fastest car'],
    ],
  },
  {
    file: 'stats/Puromycin.csv',
    asks: [
      [
        'SELECT state, avg(rate) FROM t GROUP BY 1',
        'average rate by state',
        'mean rate for treated and untreated',
        'compare the mean reaction rate of treated and untreated cells',
      ],
      [
        "SELECT max(rate) FROM t WHERE state = 'treated'",
        'maximum rate of treated cells',
        'highest rate in the treated state',
      ],
      ['SELECT conc, avg(rate) FROM t GROUP BY 1', 'average rate for each concentration', 'rate by conc'],
      [
        "SELECT avg(rate) FILTER (WHERE state = 'treated') - avg(rate) FILTER (WHERE state = 'untreated') FROM t",
        'difference in average rate between treated and untreated',
      ],
    ],
  },
  {
    file: 'stats/Orange.csv',
    asks: [
      [
        'SELECT Tree, max(circumference) FROM t GROUP BY 1',
        'maximum circumference of each tree',
        'largest circumference per tree',
      ],
      [
        'SELECT count(DISTINCT Tree) FROM t',
        'how many trees are there',
        'number of trees',
        'how many trees were measured',
      ],
      [
        'SELECT age, avg(circumference) FROM t GROUP BY 1',
        'average circumference by age',
        'mean circumference at each age',
      ],
      [
        'SELECT Tree FROM t ORDER BY circumference DESC LIMIT 1',
        'which tree has the largest circumference',
        'tree with the biggest circumference',
      ],
      [null, 'how many oranges were harvested'],
    ],
  },
  {
    file: 'stats/sleep.csv',
    asks: [
      [
        'SELECT "group", avg(extra) FROM t GROUP BY 1',
        'average extra sleep by group',
        'mean extra per group',
      ],
      ['SELECT max(extra) FROM t', 'highest extra', 'maximum extra sleep'],
      ['SELECT avg(extra) FROM t WHERE "group" = 1', 'average extra in group 1', 'mean extra for group 1'],
    ],
  },
  {
    file: 'stats/npk.csv',
    asks: [
      ['SELECT block, avg(yield) FROM t GROUP BY 1', 'average yield by block', 'mean yield per block'],
      ['SELECT N, avg(yield) FROM t GROUP BY 1', 'average yield by N', 'mean yield for each N'],
      [
        'SELECT avg(yield) FROM t WHERE N = 1 AND P = 0',
        'average yield where N is 1 and P is 0',
        'mean yield with N = 1 and P = 0',
      ],
      [
        'SELECT block FROM t GROUP BY 1 ORDER BY avg(yield) DESC LIMIT 1',
        'which block has the highest average yield',
      ],
      [null, 'average rainfall by block'],
    ],
  },
  {
    file: 'stats/DNase.csv',
    asks: [
      [
        'SELECT conc, avg(density) FROM t GROUP BY 1',
        'mean optical density by concentration',
        'average density per conc',
      ],
      ['SELECT count(DISTINCT Run) FROM t', 'how many runs', 'number of different runs'],
      ['SELECT Run, max(density) FROM t GROUP BY 1', 'maximum density for each run'],
    ],
  },
  {
    file: 'stats/Indometh.csv',
    asks: [
      ['SELECT time, avg(conc) FROM t GROUP BY 1', 'average concentration over time', 'mean conc by time'],
      [
        'SELECT Subject, max(conc) FROM t GROUP BY 1',
        'peak concentration per subject',
        'maximum conc for each subject',
      ],
      ['SELECT avg(conc) FROM t WHERE time = 1', 'average concentration at time 1'],
    ],
  },
  {
    file: 'stats/MASS_Cushings.csv',
    asks: [
      [
        'SELECT Type, avg(Tetrahydrocortisone) FROM t GROUP BY 1',
        'average tetrahydrocortisone by type',
        'mean Tetrahydrocortisone for each type',
      ],
      [
        "SELECT count(*) FROM t WHERE Type = 'b'",
        'how many of type b',
        'number of patients of type b',
        'how many rows have type b',
      ],
      ['SELECT max(Pregnanetriol) FROM t', 'highest pregnanetriol', 'maximum Pregnanetriol'],
    ],
  },
  {
    file: 'stats/MASS_gehan.csv',
    asks: [
      [
        'SELECT treat, median(time) FROM t GROUP BY 1',
        'median time by treatment',
        'median time for each treat',
      ],
      [
        "SELECT count(*) FROM t WHERE treat = '6-MP'",
        'how many patients got 6-MP',
        'number of patients treated with 6-MP',
        'how many received 6-MP?',
      ],
      [
        "SELECT avg(time) FROM t WHERE treat = 'control' AND cens = 1",
        'average time of control patients with cens 1',
      ],
      [null, 'average age of the patients'],
    ],
  },
  {
    file: 'stats/lme4_Dyestuff.csv',
    asks: [
      ['SELECT Batch, avg(Yield) FROM t GROUP BY 1', 'average yield per batch', 'mean yield by batch'],
      [
        'SELECT Batch FROM t GROUP BY 1 ORDER BY avg(Yield) DESC LIMIT 1',
        'best batch by average yield',
        'which batch has the highest mean yield',
      ],
      ["SELECT avg(Yield) FROM t WHERE Batch = 'C'", 'average yield of batch C', 'mean yield in batch C'],
      ['SELECT count(DISTINCT Batch) FROM t', 'how many batches', 'how many batches are there'],
    ],
  },
  {
    file: 'tables/HSAUR3_heptathlon.csv',
    asks: [
      ['SELECT max(score) FROM t', 'best score', 'highest score', 'maximum score'],
      ['SELECT avg(javelin) FROM t', 'average javelin', 'mean javelin distance'],
      [
        'SELECT corr(longjump, score) FROM t',
        'correlation between longjump and score',
        'correlation between long jump and score',
      ],
      ['SELECT min(run800m) FROM t', 'lowest run800m', 'minimum 800m run', 'fastest run800m'],
      [null, 'which country won', 'average age of athletes'],
    ],
  },
  {
    file: 'tables/HSAUR3_USairpollution.csv',
    asks: [
      ['SELECT avg(SO2) FROM t', 'average SO2', 'mean sulphur dioxide', 'mean SO2 concentration'],
      ['SELECT corr(SO2, popul) FROM t', 'correlation between SO2 and population'],
      [
        'SELECT avg(SO2) FROM t WHERE temp > 55',
        'average SO2 where temperature is above 55',
        'mean SO2 in cities warmer than 55',
      ],
      ['SELECT max(wind) FROM t', 'highest wind speed', 'strongest wind'],
      [null, 'average CO2 emissions', 'SO2 in Chicago'],
    ],
  },
  {
    file: 'tables/sklearn_linnerud.csv',
    asks: [
      ['SELECT avg(Situps) FROM t', 'average number of situps', 'mean situps'],
      [
        'SELECT max(Weight) FROM t',
        'highest weight',
        'weight of the heaviest person',
        'how heavy is the heaviest person',
      ],
      ['SELECT corr(Waist, Chins) FROM t', 'correlation between waist and chins'],
      [
        'SELECT avg(Pulse) FROM t WHERE Weight > 180',
        'average pulse of people over 180 in weight',
        'mean pulse where weight is over 180',
      ],
    ],
  },
  {
    file: 'tables/Glass.csv',
    asks: [
      [
        'SELECT Type, count(*) FROM t GROUP BY 1',
        'number of samples per type',
        'how many samples of each type',
        'glass samples by type',
      ],
      ['SELECT Type, avg(Na) FROM t GROUP BY 1', 'average Na by type', 'mean sodium (Na) for each type'],
      ['SELECT max(RI) FROM t', 'highest RI', 'maximum RI'],
      [
        'SELECT count(*) FROM t WHERE Ba > 0',
        'how many samples have Ba above 0',
        'number of samples with Ba > 0',
      ],
      [null, 'average thickness of the glass'],
    ],
  },
  {
    file: 'tables/BreastCancer.csv',
    asks: [
      [
        'SELECT Class, count(*) FROM t GROUP BY 1',
        'number of samples by class',
        'how many benign and malignant samples are there',
        'count of benign and malignant',
      ],
      [
        "SELECT count(*) FROM t WHERE Class = 'malignant'",
        'how many malignant tumors',
        'number of malignant cases',
        'how many samples are malignant?',
      ],
      [
        'SELECT Class, avg(Mitoses) FROM t GROUP BY 1',
        'average mitoses by class',
        'mean mitoses for benign and malignant',
      ],
      [
        'SELECT count(*) FROM t WHERE "Bare.nuclei" IS NULL',
        'how many samples have missing bare nuclei',
        'number of missing bare nuclei values',
      ],
      [
        "SELECT avg(CASE WHEN Class = 'malignant' THEN 100.0 ELSE 0 END) FROM t",
        'what percentage of tumors are malignant',
        'percentage of malignant samples',
      ],
      [
        'SELECT avg("Cell.size") FROM t WHERE Class = \'benign\'',
        'average cell size of benign tumors',
        'mean cell size for benign',
      ],
      [null, 'average age of patients with malignant tumors', 'how many patients survived'],
    ],
  },
  {
    file: 'tables/Vehicle.csv',
    asks: [
      [
        'SELECT Class, count(*) FROM t GROUP BY 1',
        'how many vehicles of each class',
        'number of vehicles per class',
      ],
      [
        "SELECT count(*) FROM t WHERE Class = 'van'",
        'how many vans',
        'number of vans',
        'how many vehicles are vans',
      ],
      ['SELECT Class, avg(Comp) FROM t GROUP BY 1', 'average comp by class', 'mean compactness by class'],
      [
        "SELECT count(*) FROM t WHERE Class IN ('bus', 'van')",
        'how many buses or vans',
        'number of vehicles that are bus or van',
      ],
      [null, 'average speed of vans'],
    ],
  },
  {
    file: 'tables/THdata_wpbc.csv',
    asks: [
      [
        'SELECT status, count(*) FROM t GROUP BY 1',
        'number of patients by status',
        'how many patients per status',
      ],
      [
        "SELECT count(*) FROM t WHERE status = 'R'",
        'how many patients have status R',
        'number of patients with status R',
      ],
      ['SELECT status, avg(time) FROM t GROUP BY 1', 'average time by status', 'mean time for each status'],
      ['SELECT max(tsize) FROM t', 'largest tumor size', 'maximum tsize'],
      [
        'SELECT status, avg(mean_radius) FROM t GROUP BY 1',
        'average mean radius by status',
        'average mean_radius per status',
      ],
    ],
  },
  {
    file: 'tables/Soybean.csv',
    asks: [
      [
        'SELECT Class FROM t GROUP BY 1 ORDER BY count(*) DESC LIMIT 1',
        'what is the most common class',
        'most frequent class',
      ],
      [
        "SELECT count(*) FROM t WHERE Class = 'brown-spot'",
        'how many brown spot',
        'number of rows with class brown-spot',
        'how many plants have brown spot?',
      ],
      ['SELECT count(DISTINCT Class) FROM t', 'how many classes are there', 'number of different classes'],
      ['SELECT Class, count(*) FROM t GROUP BY 1', 'rows per class', 'count by class'],
    ],
  },
  {
    file: 'stats/MASS_epil.csv',
    asks: [
      ['SELECT trt, avg(y) FROM t GROUP BY 1', 'average y by treatment', 'mean y for each trt'],
      [
        'SELECT trt, count(DISTINCT subject) FROM t GROUP BY 1',
        'how many subjects per treatment',
        'number of subjects by trt',
      ],
      [
        "SELECT avg(age) FROM t WHERE trt = 'placebo'",
        'average age in the placebo group',
        'mean age on placebo',
      ],
      ['SELECT period, avg(y) FROM t GROUP BY 1', 'average y per period'],
    ],
  },
  {
    file: 'stats/beaver1.csv',
    asks: [
      ['SELECT activ, avg(temp) FROM t GROUP BY 1', 'average temperature by activity', 'mean temp by activ'],
      ['SELECT max(temp) FROM t', 'highest temperature', 'maximum body temperature'],
      [
        'SELECT avg(temp) FROM t WHERE activ = 1',
        'average temperature when active',
        'mean temperature of active beavers',
      ],
      [null, 'weight of the beaver'],
    ],
  },
  {
    file: 'stats/ts_Nile.csv',
    asks: [
      [
        'SELECT avg(value) FROM t WHERE year < 1900',
        'average value before 1900',
        'mean value before the year 1900',
      ],
      [
        'SELECT year FROM t ORDER BY value LIMIT 1',
        'which year had the lowest value',
        'year with the lowest value',
        'in what year was the value lowest',
      ],
      [
        'SELECT avg(value) FILTER (WHERE year = 1970) - avg(value) FILTER (WHERE year = 1871) FROM t',
        'change in value from 1871 to 1970',
        'how did the value change between 1871 and 1970',
      ],
      ['SELECT value FROM t WHERE year = 1900', 'value in 1900', 'what was the value in 1900'],
    ],
  },
  {
    file: 'stats/MASS_Pima.tr.csv',
    asks: [
      ['SELECT type, avg(bmi) FROM t GROUP BY 1', 'average BMI by type', 'mean body mass index by type'],
      [
        "SELECT avg(glu) FROM t WHERE type = 'Yes'",
        'average glucose where type is yes',
        'mean plasma glucose for type Yes',
      ],
      [
        'SELECT count(*) FROM t WHERE npreg = 0',
        'how many women had no pregnancies',
        'number of women with 0 pregnancies',
      ],
      [
        'SELECT corr(bmi, skin) FROM t',
        'correlation between bmi and skin thickness',
        'correlation of skinfold and BMI',
      ],
      [
        'SELECT count(*) FROM t WHERE bp > 80',
        'how many women have a blood pressure above 80',
        'number of women with blood pressure over 80',
      ],
      [null, 'how many diabetics are there', 'how many women smoke'],
    ],
  },
  {
    file: 'stats/mtcars.csv',
    asks: [
      [
        'SELECT count(*) FROM t WHERE mpg > 20 OR hp > 200',
        'how many cars have mpg above 20 or hp above 200',
        'number of cars with over 20 mpg or more than 200 hp',
      ],
      ['SELECT avg(hp) FROM t WHERE gear IN (4, 5)', 'average hp of cars that have 4 gears or 5 gears'],
      [
        'SELECT cyl, model, mpg FROM t QUALIFY rank() OVER (PARTITION BY cyl ORDER BY mpg DESC) = 1',
        'cars with the highest mpg for each cylinder',
        'which car has the highest mpg for each number of cylinders',
      ],
      [
        'SELECT model FROM t ORDER BY mpg DESC',
        'sort cars by mpg descending',
        'list the cars ordered by mpg, highest first',
      ],
      ['SELECT cyl, avg(mpg), count(*) FROM t GROUP BY 1', 'average mpg and the number of cars by cylinder'],
      [
        'SELECT model FROM t QUALIFY dense_rank() OVER (ORDER BY mpg DESC) = 2',
        'which car has the second highest mpg',
        'car with the 2nd highest mpg',
      ],
      [
        'SELECT DISTINCT mpg FROM t QUALIFY dense_rank() OVER (ORDER BY mpg) = 3',
        'what is the third lowest mpg',
      ],
      [
        'SELECT avg(hp) FROM (SELECT hp FROM t ORDER BY wt DESC LIMIT 5)',
        'average hp of the top 5 by weight',
        'mean hp over the top 5 by wt',
      ],
      ['SELECT avg(mpg), median(mpg) FROM t', 'mean and median of mpg', 'mean and median mpg'],
      [
        null,
        'which cars have the same mpg',
        'average of the top 5 mpg',
        'what is the average mpg of the 5 heaviest cars',
      ],
    ],
  },
  {
    file: 'stats/MASS_birthwt.csv',
    asks: [
      [
        'SELECT avg(age) FROM t WHERE smoke = 1 OR ht = 1',
        'average age of mothers who smoke or have hypertension',
      ],
      [
        'SELECT count(*) FROM t WHERE smoke <> 1 AND ht <> 1',
        'how many mothers are neither smokers nor hypertensive',
      ],
      ['SELECT 100 * avg(smoke) FROM t WHERE age > 30', 'what percentage of mothers over 30 smoke'],
      [
        'SELECT 100 * avg(ht) FROM t WHERE smoke = 1',
        'percentage of smokers who are hypertensive',
        'percentage of hypertensive mothers among smokers',
      ],
      [
        null,
        'do smokers have lower birth weight',
        'is the average birth weight lower for smokers',
        'are smokers older than non-smokers',
      ],
    ],
  },
];
