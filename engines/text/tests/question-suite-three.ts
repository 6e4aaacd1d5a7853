import type { SuiteTable } from './suite-table.ts';

/** A third round: longer and looser questions, and more that must be refused. */
export const questionSuiteThree: SuiteTable[] = [
  {
    file: 'tables/penguins_raw.csv',
    asks: [
      [
        "SELECT avg(\"Body Mass (g)\") FROM t WHERE Species LIKE 'Gentoo%' AND Island = 'Biscoe' AND Sex = 'MALE'",
        'What is the mean body mass of male Gentoo penguins on Biscoe?',
        'average weight of male gentoos on biscoe island',
      ],
      [
        "SELECT count(*) FROM t WHERE Island <> 'Biscoe'",
        'how many penguins are not on Biscoe',
        'number of penguins outside of Biscoe',
        'how many penguins excluding Biscoe',
      ],
      [
        'SELECT Island, Species, count(*) FROM t GROUP BY 1, 2',
        'how many penguins of each species on each island',
        'number of penguins per island and species',
        'count of penguins by species within each island',
      ],
      [
        "SELECT count(DISTINCT Species) FROM t WHERE Island = 'Dream'",
        'how many species live on Dream',
        'number of different species on Dream island',
      ],
      [
        'SELECT median("Flipper Length (mm)") FROM t WHERE Sex = \'FEMALE\'',
        'median flipper length of females',
        'what is the median flipper length for female penguins',
      ],
      [
        'SELECT Species FROM t GROUP BY 1 HAVING avg("Body Mass (g)") > 4000',
        'which species have an average body mass above 4000 g',
        'species with mean body mass over 4 kg',
      ],
      [
        "SELECT avg(CASE WHEN Sex = 'FEMALE' THEN 100.0 ELSE 0 END) FROM t WHERE Island = 'Torgersen'",
        'what percentage of penguins on Torgersen are female',
        'percentage of females on Torgersen',
      ],
      [
        "SELECT Island, avg(CASE WHEN Sex = 'FEMALE' THEN 100.0 ELSE 0 END) FROM t GROUP BY 1",
        'percentage of females per island',
        'what percent of penguins are female on each island',
      ],
      [
        'SELECT "Individual ID", "Body Mass (g)" FROM t WHERE "Body Mass (g)" = 6300',
        'which individual is the heaviest',
        'id of the heaviest penguin',
      ],
      [
        'SELECT count(*) FROM t WHERE "Culmen Length (mm)" > 50 AND "Culmen Depth (mm)" < 16',
        'how many penguins have a bill longer than 50 mm and a bill depth below 16 mm',
        'number of penguins with culmen length over 50 and culmen depth under 16',
      ],
      [
        'SELECT corr("Flipper Length (mm)", "Body Mass (g)") FROM t WHERE Species LIKE \'Adelie%\'',
        'correlation between flipper length and body mass for Adelie penguins',
      ],
      [
        'SELECT year("Date Egg"), count(*) FROM t GROUP BY 1',
        'number of penguins per year',
        'how many penguins were recorded each year',
      ],
      [
        null,
        'average flipper length of emperor penguins',
        'how many penguins died',
        'average swimming speed',
        'which penguin is the cutest',
        'how many penguins in Antarctica in 1990 were sick',
        'average body mass by colony',
        'how many of the penguins are pregnant',
      ],
    ],
  },
  {
    file: 'stats/mtcars.csv',
    asks: [
      [
        'SELECT cyl, count(*) FROM t GROUP BY 1',
        'how many cars are there for each number of cylinders',
        'count of cars per cylinder',
        'distribution of cylinders',
      ],
      [
        'SELECT model, mpg FROM t WHERE cyl = 8 ORDER BY mpg DESC LIMIT 1',
        'which 8 cylinder car has the highest mpg',
        'what is the most fuel efficient car with 8 cylinders',
      ],
      [
        'SELECT avg(hp) FROM t WHERE mpg < 20',
        'average horsepower of cars with less than 20 mpg',
        'mean hp for cars getting under 20 mpg',
      ],
      [
        'SELECT cyl, avg(mpg), avg(hp) FROM t GROUP BY 1',
        'average mpg and hp by cyl',
        'mean of mpg and horsepower for each number of cylinders',
      ],
      [
        'SELECT gear FROM t GROUP BY 1 ORDER BY avg(mpg) DESC LIMIT 1',
        'which gear has the best average mpg',
        'which number of gears has the highest mean mpg',
      ],
      [
        'SELECT model FROM t ORDER BY hp LIMIT 3',
        'the three cars with the lowest horsepower',
        'bottom 3 cars by hp',
        'list 3 least powerful cars',
      ],
      [
        'SELECT model FROM t WHERE mpg > 30',
        'list the cars with mpg above 30',
        'cars with more than 30 miles per gallon',
        'show all cars that have over 30 mpg',
      ],
      [
        'SELECT avg(wt) FROM t WHERE cyl IN (4, 6)',
        'average weight of cars with 4 or 6 cylinders',
        'mean wt where cyl is 4 or 6',
      ],
      ['SELECT max(hp) - min(hp) FROM t', 'range of horsepower', 'what is the range of hp'],
      [
        "SELECT count(*) FROM t WHERE model LIKE '%Toyota%'",
        'how many models contain Toyota',
        'how many models contain "Toyota"',
      ],
      ["SELECT hp, qsec FROM t WHERE model = 'Maserati Bora'", 'hp and qsec of the Maserati Bora'],
      [
        'SELECT avg(mpg) FILTER (WHERE cyl = 4) - avg(mpg) FILTER (WHERE cyl = 8) FROM t',
        'difference in average mpg between 4 and 8 cylinders',
      ],
      [
        null,
        'how many cars are red',
        'average mpg of BMW cars',
        'which car is the safest',
        'how many cars were sold',
        'average mpg in city traffic',
        'how many cars have airbags',
      ],
    ],
  },
  {
    file: 'tables/HSAUR3_respiratory.csv',
    asks: [
      [
        "SELECT avg(CASE WHEN status = 'good' THEN 1.0 ELSE 0 END) FROM t WHERE treatment = 'treatment' AND month = 4",
        'proportion of good status in the treatment group at month 4',
      ],
      [
        'SELECT gender, count(DISTINCT subject) FROM t GROUP BY 1',
        'how many patients of each gender',
        'number of patients by sex',
        'number of subjects per gender',
      ],
      [
        'SELECT centre, avg(age) FROM t GROUP BY 1',
        'average age per centre',
        'mean age of patients in each center',
      ],
      [
        'SELECT status, count(*) FROM t WHERE month = 0 GROUP BY 1',
        'number of rows by status at month 0',
        'count by status where month is 0',
      ],
      [
        "SELECT min(age) FROM t WHERE gender = 'female'",
        'age of the youngest woman',
        'how old is the youngest female patient',
      ],
      [null, 'average FEV1', 'how many patients smoke', 'how many patients recovered'],
    ],
  },
  {
    file: 'stats/MASS_birthwt.csv',
    asks: [
      [
        'SELECT avg(CASE WHEN low = 1 THEN 100.0 ELSE 0 END) FROM t',
        'what percentage of babies had a low birth weight',
        'percentage of low birth weight babies',
      ],
      [
        'SELECT smoke, avg(CASE WHEN low = 1 THEN 100.0 ELSE 0 END) FROM t GROUP BY 1',
        'percentage of low birth weight by smoking status',
        'what percentage had low birth weight by smoke',
      ],
      [
        'SELECT max(bwt) FROM t WHERE smoke = 0',
        'highest birth weight among non smokers',
        'maximum birth weight of non-smokers',
      ],
      [
        'SELECT count(*) FROM t WHERE smoke = 1 AND ht = 1',
        'how many smokers have hypertension',
        'number of mothers who smoke and have hypertension',
      ],
      [
        'SELECT race, count(*) FROM t GROUP BY 1',
        'number of mothers per race',
        'how many mothers of each race',
      ],
      [
        'SELECT corr(age, bwt) FROM t',
        'correlation between age of the mother and birth weight',
        "is the mother's age correlated with birth weight",
      ],
      [
        'SELECT count(*) FROM t WHERE ui = 1',
        'how many women had uterine irritability',
        'number of mothers with uterine irritability',
      ],
      ['SELECT avg(ftv) FROM t', 'average number of physician visits', 'mean number of doctor visits'],
      [
        'SELECT quantile_cont(bwt, 0.25) FROM t',
        'first quartile of birth weight',
        '25th percentile of birth weight',
      ],
      [
        null,
        'how many twins were born',
        'average gestation',
        'how many mothers drink alcohol',
        'how many boys were born',
      ],
    ],
  },
  {
    file: 'tables/vega_gapminder.json',
    asks: [
      [
        'SELECT country FROM t WHERE year = 2005 ORDER BY life_expect DESC LIMIT 1',
        'which country had the highest life expectancy in 2005',
        'country with the longest life expectancy in 2005',
      ],
      [
        "SELECT life_expect FROM t WHERE country = 'Japan' AND year = 1980",
        'life expectancy in Japan in 1980',
        'what was the life expectancy of Japan in 1980?',
      ],
      [
        'SELECT year, sum(pop) FROM t GROUP BY 1',
        'total population by year',
        'total population over time',
        'sum of pop per year',
      ],
      [
        'SELECT max(fertility) FROM t WHERE year >= 2000',
        'highest fertility since 2000',
        'maximum fertility since the year 2000',
      ],
      [
        'SELECT avg(life_expect) FROM t WHERE year BETWEEN 1960 AND 1980',
        'average life expectancy between 1960 and 1980',
        'mean life expectancy from 1960 to 1980',
      ],
      [
        'SELECT country FROM t WHERE year = 2000 AND fertility < 1.5',
        'countries with fertility below 1.5 in 2000',
        'which countries had a fertility under 1.5 in 2000',
      ],
      [
        'SELECT cluster, count(DISTINCT country) FROM t GROUP BY 1',
        'how many countries per cluster',
        'number of countries in each cluster',
      ],
      [
        "SELECT country, pop FROM t WHERE country IN ('China', 'India') AND year = 2005",
        'population of China and India in 2005',
        'compare the population of China and India in 2005',
      ],
      [
        null,
        'unemployment in France in 2000',
        'population of France in 2030 prediction',
        'how many people live in Paris',
        'which country is the happiest',
        'capital of France',
      ],
    ],
  },
  {
    file: 'tables/vega_seattle-weather.csv',
    asks: [
      [
        'SELECT count(*) FROM t WHERE precipitation > 0 AND temp_min < 0',
        'how many days had precipitation above 0 and a minimum temperature below 0',
      ],
      [
        'SELECT weather, count(*) * 100.0 / sum(count(*)) OVER () FROM t GROUP BY 1',
        'percentage of days by weather',
        'what percentage of days is each weather type',
      ],
      [
        'SELECT avg(temp_max - temp_min) FROM t',
        'average difference between temp_max and temp_min',
        'average of temp_max minus temp_min',
      ],
      [
        'SELECT date FROM t ORDER BY precipitation DESC LIMIT 1',
        'which day had the most precipitation',
        'when was the highest precipitation',
        'what was the wettest day',
      ],
      [
        "SELECT sum(precipitation) FROM t WHERE weather = 'rain' AND date >= '2013-01-01' AND date < '2014-01-01'",
        'total precipitation on rainy days in 2013',
        'sum of precipitation for weather rain in 2013',
      ],
      [
        "SELECT date_part('month', date), avg(temp_max) FROM t GROUP BY 1",
        'average temp_max by month of the year',
        'mean maximum temperature for each calendar month',
      ],
      [
        "SELECT avg(wind) FROM t WHERE date_part('month', date) = 1",
        'average wind in January',
        'mean wind in january',
      ],
      [
        "SELECT count(*) FROM t WHERE date >= '2014-07-01' AND date < '2014-10-01' AND weather = 'sun'",
        'how many sunny days in Q3 2014',
        'number of sunny days in the third quarter of 2014',
      ],
      [
        "SELECT temp_max FROM t WHERE date = '2013-07-04'",
        'maximum temperature on 2013-07-04',
        'temp_max on July 4, 2013',
      ],
      [
        'SELECT min(temp_min) FROM t',
        'what is the lowest temperature',
        'lowest minimum temperature',
        'coldest temperature',
      ],
      [null, 'average snowfall in Portland', 'how many tornadoes', 'what is the average air pressure'],
    ],
  },
  {
    file: 'tables/THdata_GBSG2.csv',
    asks: [
      [
        'SELECT horTh, count(*) FROM t GROUP BY 1',
        'how many patients with and without hormonal therapy',
        'number of patients by hormone therapy',
        'count by horTh',
      ],
      [
        "SELECT avg(tsize) FROM t WHERE menostat = 'Pre' AND tgrade = 'II'",
        'average tumor size of premenopausal women with grade II',
        'mean tsize where menostat is Pre and tgrade is II',
      ],
      [
        'SELECT menostat, tgrade, count(*) FROM t GROUP BY 1, 2',
        'number of patients by menopausal status and tumor grade',
      ],
      [
        'SELECT avg(progrec) FROM t WHERE estrec = 0',
        'average progesterone receptor when estrogen receptor is 0',
      ],
      [
        'SELECT tgrade FROM t GROUP BY 1 ORDER BY avg(pnodes) DESC LIMIT 1',
        'which tumor grade has the highest average number of positive nodes',
        'grade with the most positive nodes on average',
      ],
      [
        'SELECT max(tsize) FROM t',
        'size of the largest tumor',
        'largest tumor size',
        'how big is the biggest tumor',
      ],
      [
        'SELECT count(*) FROM t WHERE pnodes >= 10',
        'how many patients have 10 or more positive nodes',
        'patients with at least ten positive nodes, how many?',
      ],
      [null, 'how many patients died', 'average BMI', 'how many men are in the study'],
    ],
  },
  {
    file: 'stats/USArrests.csv',
    asks: [
      [
        "SELECT state, Murder FROM t WHERE state IN ('Texas', 'California')",
        'murder rate of Texas and California',
        'compare murder in Texas and California',
      ],
      [
        'SELECT count(*) FROM t WHERE Murder > 10 AND Assault > 200',
        'how many states have murder over 10 and assault over 200',
        'number of states with murder rate above 10 and assault rate above 200',
      ],
      [
        'SELECT state FROM t WHERE UrbanPop < 40',
        'which states have an urban population below 40',
        'states where UrbanPop is less than 40',
      ],
      [
        'SELECT avg(Murder), avg(Assault), avg(Rape) FROM t',
        'average murder, assault and rape',
        'mean of murder, assault and rape rates',
      ],
      [
        'SELECT state FROM t ORDER BY Rape LIMIT 1',
        'which state has the lowest rape rate',
        'state with the fewest rapes',
      ],
      [
        null,
        'how many states are in the south',
        'number of burglaries in Texas',
        'how many people were arrested in Texas',
      ],
    ],
  },
  {
    file: 'stats/airquality.csv',
    asks: [
      [
        'SELECT Month, count(*) FROM t WHERE Ozone IS NULL GROUP BY 1',
        'how many ozone values are missing per month',
        'number of missing ozone values by month',
      ],
      [
        'SELECT avg(Ozone) FROM t WHERE Month IN (7, 8)',
        'average ozone in July and August combined',
        'average ozone when month is 7 or 8',
      ],
      [
        'SELECT count(*) FROM t WHERE Ozone > 100',
        'how many days had ozone over 100',
        'on how many days was ozone above 100?',
      ],
      [
        'SELECT avg(Temp) FROM t WHERE Ozone IS NOT NULL',
        'average temperature where ozone is not missing',
        'average temp for rows with recorded ozone',
      ],
      [
        'SELECT Month FROM t GROUP BY 1 ORDER BY avg(Temp) DESC LIMIT 1',
        'which month was the hottest on average',
        'month with the highest average temperature',
      ],
      [
        'SELECT min(Temp), max(Temp), avg(Temp) FROM t',
        'min, max and mean temperature',
        'minimum, maximum and average temp',
      ],
      [null, 'average CO2', 'pollution in Los Angeles', 'how many people got asthma'],
    ],
  },
  {
    file: 'tables/PimaIndiansDiabetes2.csv',
    asks: [
      [
        'SELECT diabetes, count(*) FROM t GROUP BY 1',
        'how many women with and without diabetes',
        'number of patients by diabetes status',
        'how many positive and negative for diabetes',
      ],
      [
        "SELECT avg(age) FILTER (WHERE diabetes = 'pos') - avg(age) FILTER (WHERE diabetes = 'neg') FROM t",
        'difference in mean age between diabetes pos and neg',
        'difference in average age between positive and negative diabetes',
      ],
      [
        "SELECT avg(CASE WHEN diabetes = 'pos' THEN 100.0 ELSE 0 END) FROM t WHERE age > 40",
        'what percentage of women over 40 have diabetes',
        'percentage of patients older than 40 with diabetes',
      ],
      ['SELECT median(insulin) FROM t', 'median insulin', 'what is the typical (median) insulin value?'],
      [
        'SELECT count(*) FROM t WHERE glucose > (SELECT avg(glucose) FROM t)',
        'how many patients have above average glucose',
        'number of women with glucose above the average',
      ],
      [
        "SELECT max(mass) FROM t WHERE diabetes = 'neg'",
        'highest mass among women without diabetes',
        'maximum mass for patients who do not have diabetes',
      ],
      [
        'SELECT pregnant, count(*) FROM t GROUP BY 1',
        'number of women by number of pregnancies',
        'distribution of pregnancies',
      ],
      [null, 'how many men have diabetes', 'average HbA1c', 'how many patients take metformin'],
    ],
  },
  {
    file: 'stats/InsectSprays.csv',
    asks: [
      [
        'SELECT spray, max("count") FROM t GROUP BY 1',
        'maximum count per spray',
        'highest count for each spray',
      ],
      [
        'SELECT spray, sum("count") FROM t GROUP BY 1',
        'total count by spray',
        'total number of insects per spray',
        'how many insects were counted for each spray',
      ],
      ["SELECT avg(\"count\") FROM t WHERE spray IN ('A', 'B')", 'average count for sprays A or B'],
      [
        "SELECT spray, avg(\"count\") FROM t WHERE spray IN ('A', 'F') GROUP BY 1",
        'compare the average count of spray A and F',
        'average count for spray A and spray F',
      ],
    ],
  },
  {
    file: 'tables/Zoo.csv',
    asks: [
      [
        "SELECT count(*) FROM t WHERE type IN ('bird', 'fish')",
        'how many animals are birds or fish',
        'number of birds or fish',
      ],
      [
        'SELECT type, count(*) FROM t WHERE aquatic GROUP BY 1',
        'number of aquatic animals by type',
        'how many aquatic animals are there of each type',
      ],
      [
        'SELECT avg(CASE WHEN milk THEN 100.0 ELSE 0 END) FROM t',
        'what percentage of animals give milk',
        'percentage of animals with milk',
      ],
      [
        'SELECT count(*) FROM t WHERE NOT backbone',
        'how many animals have no backbone',
        'number of animals without a backbone',
      ],
      [
        "SELECT avg(legs) FROM t WHERE type = 'insect'",
        'average number of legs of insects',
        'mean legs for insects',
      ],
      [
        'SELECT count(*) FROM t WHERE feathers AND NOT airborne',
        'how many animals have feathers but are not airborne',
        'number of feathered animals that are not airborne',
      ],
      [
        'SELECT type, max(legs) FROM t GROUP BY 1',
        'maximum number of legs per type',
        'highest number of legs for each type',
      ],
      [
        null,
        'how many endangered animals',
        'how many animals can swim',
        'what do lions eat',
        'how many carnivores are there',
      ],
    ],
  },
  {
    file: 'stats/ChickWeight.csv',
    asks: [
      [
        'SELECT Diet, max(weight) FROM t GROUP BY 1',
        'maximum weight for each diet',
        'heaviest weight per diet',
      ],
      ['SELECT avg(weight) FROM t WHERE Time = 0', 'average weight at time 0', 'mean weight when time = 0'],
      [
        'SELECT Diet FROM t WHERE Time = 21 GROUP BY 1 ORDER BY avg(weight) DESC LIMIT 1',
        'which diet has the highest average weight at time 21',
      ],
      [
        'SELECT count(*) FROM t WHERE weight > 300',
        'how many measurements have a weight over 300',
        'number of rows with weight above 300',
      ],
      [
        'SELECT Diet, stddev_samp(weight) FROM t GROUP BY 1',
        'standard deviation of weight per diet',
        'variability of weight for each diet',
      ],
    ],
  },
];
