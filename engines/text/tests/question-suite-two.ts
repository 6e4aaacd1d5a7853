import type { SuiteTable } from './suite-table.ts';

/** A second author's round: other tables, other ways to put things. Same rules as `questionSuite`. */
export const questionSuiteTwo: SuiteTable[] = [
  {
    file: 'stats/esoph.csv',
    asks: [
      [
        'SELECT sum(ncases) FROM t',
        'total number of cases',
        'how many cases are there in total?',
        'sum of ncases',
      ],
      [
        'SELECT agegp, sum(ncases) FROM t GROUP BY 1',
        'total cases by age group',
        'number of cases per age group',
        'total ncases for each agegp',
      ],
      [
        'SELECT alcgp, sum(ncases) s FROM t GROUP BY 1 ORDER BY s DESC LIMIT 1',
        'which alcohol group has the most cases',
        'alcohol group with the highest total number of cases',
      ],
      [
        "SELECT sum(ncontrols) FROM t WHERE tobgp = '30+'",
        'total controls in the 30+ tobacco group',
        'sum of ncontrols where tobgp is 30+',
      ],
      [null, 'how many cases were women', 'average income by age group'],
    ],
  },
  {
    file: 'stats/infert.csv',
    asks: [
      [
        'SELECT education, avg(age) FROM t GROUP BY 1',
        'mean age by education',
        'average age for each education level',
        'What is the average age per level of education?',
      ],
      [
        'SELECT count(*) FROM t WHERE "case" = 1',
        'how many cases are there',
        'number of rows where case is 1',
      ],
      [
        "SELECT avg(parity) FROM t WHERE education = '12+ yrs'",
        'average parity for education 12+ yrs',
        'mean parity of women with 12+ yrs education',
      ],
      ['SELECT max(parity) FROM t', 'highest parity', 'what is the maximum parity?'],
      [null, 'average weight by education', 'how many were treated'],
    ],
  },
  {
    file: 'stats/MASS_Melanoma.csv',
    asks: [
      [
        'SELECT avg(thickness) FROM t',
        'what is the mean tumor thickness',
        'average thickness',
        'mean thickness of the tumours',
      ],
      [
        'SELECT count(*) FROM t WHERE age >= 65',
        'how many patients are at least 65 years old',
        'number of patients aged 65 or older',
        'how many patients are 65 or older?',
        'number of patients with age of at least 65',
      ],
      [
        'SELECT ulcer, avg(thickness) FROM t GROUP BY 1',
        'average thickness with and without ulcer',
        'mean thickness by ulcer',
        'average thickness by ulceration',
      ],
      [
        'SELECT count(*) FROM t WHERE ulcer = 1',
        'how many patients have an ulcer',
        'number of ulcerated tumours',
      ],
      [
        'SELECT year, count(*) FROM t GROUP BY 1',
        'number of patients per year',
        'how many operations per year',
        'count by year',
      ],
      [
        'SELECT count(*) FROM t WHERE year > 1970',
        'how many patients after 1970',
        'number of patients with year after 1970',
      ],
      [
        'SELECT count(*) FROM t WHERE year BETWEEN 1965 AND 1970',
        'how many patients between 1965 and 1970',
        'patients from 1965 to 1970, how many?',
      ],
      [
        'SELECT median(age) FROM t WHERE thickness > 2',
        'median age of patients with thickness over 2',
        'median age when thickness is greater than 2 mm',
      ],
      [null, 'how many male patients are there', 'how many patients died', 'average thickness for women'],
    ],
  },
  {
    file: 'stats/Theoph.csv',
    asks: [
      [
        'SELECT Subject, max(conc) FROM t GROUP BY 1',
        'maximum concentration for each subject',
        'peak concentration by subject',
        'highest conc per subject',
      ],
      [
        'SELECT count(DISTINCT Subject) FROM t',
        'how many subjects',
        'number of subjects in the study',
        'how many individuals were studied',
      ],
      [
        'SELECT Subject, max(conc) m FROM t GROUP BY 1 ORDER BY m DESC LIMIT 1',
        'which subject reached the highest concentration',
        'subject with the highest concentration',
      ],
      [
        'SELECT avg(conc) FROM t WHERE Time > 10',
        'average concentration after time 10',
        'mean conc where time is greater than 10',
      ],
      ['SELECT avg(Dose) FROM t', 'average dose', 'mean dosage'],
      [
        'SELECT Subject, avg(conc) a FROM t GROUP BY 1 ORDER BY a LIMIT 1',
        'which subject has the lowest average concentration',
        'subject with the lowest mean concentration',
      ],
      [
        'SELECT corr(Wt, Dose) FROM t',
        'correlation between weight and dose',
        'relationship of weight to dose',
      ],
      [null, 'average blood pressure by subject', 'clearance of the drug'],
    ],
  },
  {
    file: 'stats/MASS_anorexia.csv',
    asks: [
      [
        'SELECT Treat, avg(Postwt - Prewt) FROM t GROUP BY 1',
        'average of postwt minus prewt by treatment',
        'mean Postwt - Prewt for each treatment',
      ],
      [
        "SELECT avg(Postwt) FROM t WHERE Treat = 'FT'",
        'average postwt for FT',
        'mean Postwt in the FT group',
        'mean weight after treatment for FT',
      ],
      [
        'SELECT Treat, avg(Prewt), avg(Postwt) FROM t GROUP BY 1',
        'average prewt and postwt by treat',
        'mean Prewt and Postwt per treatment',
      ],
      [
        'SELECT count(*) FROM t WHERE Postwt > Prewt',
        'how many patients have a postwt greater than prewt',
        'number of girls whose postwt is higher than prewt',
      ],
      [
        'SELECT Treat, count(*) FROM t GROUP BY 1',
        'how many patients in each treatment group',
        'number of patients per treatment',
        'patients by treatment',
      ],
      [null, 'average height by treatment', 'which therapy is the most effective'],
    ],
  },
  {
    file: 'stats/MASS_bacteria.csv',
    asks: [
      ["SELECT count(*) FROM t WHERE y = 'y'", 'how many rows have y = y', 'count where y is y'],
      [
        'SELECT trt, count(*) FROM t GROUP BY 1',
        'number of observations by trt',
        'count of samples per treatment',
      ],
      ['SELECT week, count(*) FROM t GROUP BY 1', 'how many observations per week', 'count by week'],
      ['SELECT count(DISTINCT ID) FROM t', 'how many different IDs are there', 'number of distinct id'],
      [
        "SELECT count(DISTINCT ID) FROM t WHERE trt = 'placebo'",
        'how many children received placebo',
        'number of patients on placebo',
      ],
      [null, 'average age of the children'],
    ],
  },
  {
    file: 'tables/HSAUR3_BtheB.csv',
    asks: [
      [
        'SELECT treatment, avg("bdi.pre") FROM t GROUP BY 1',
        'average bdi pre by treatment',
        'mean bdi.pre for each treatment',
      ],
      [
        "SELECT count(*) FROM t WHERE drug = 'Yes'",
        'how many patients take drugs',
        'number of patients with drug yes',
        'how many patients were on drug?',
      ],
      [
        'SELECT count(*) FROM t WHERE "bdi.8m" IS NULL',
        'how many patients have missing bdi 8m',
        'how many bdi.8m values are missing',
      ],
      [
        'SELECT treatment, avg("bdi.2m") FROM t WHERE drug = \'No\' GROUP BY 1',
        'average bdi 2m by treatment for patients without drug',
        'mean bdi.2m per treatment where drug is No',
      ],
      [
        'SELECT avg("bdi.2m" - "bdi.pre") FROM t',
        'average of bdi.2m minus bdi.pre',
        'mean difference between bdi.2m and bdi.pre',
      ],
      [null, 'average anxiety score'],
    ],
  },
  {
    file: 'stats/InsectSprays.csv',
    asks: [
      [
        'SELECT spray, avg("count") FROM t GROUP BY 1',
        'average count by spray',
        'mean insect count for each spray',
        'average number of insects per spray',
      ],
      [
        'SELECT spray FROM t GROUP BY 1 ORDER BY avg("count") LIMIT 1',
        'which spray has the lowest average count',
        'spray with the lowest mean count',
      ],
      [
        'SELECT avg("count") FROM t WHERE spray = \'C\'',
        'average count for spray C',
        'mean count with spray C',
      ],
      ['SELECT sum("count") FROM t', 'total count', 'sum of count'],
      [null, 'which spray should farmers use'],
    ],
  },
  {
    file: 'stats/quakes.csv',
    asks: [
      [
        'SELECT max(mag) FROM t',
        'magnitude of the strongest earthquake',
        'what is the largest magnitude',
        'maximum magnitude',
      ],
      [
        'SELECT count(*) FROM t WHERE mag >= 6',
        'how many earthquakes had a magnitude of at least 6',
        'number of quakes with magnitude 6 or more',
        'how many earthquakes have magnitude greater than or equal to 6',
      ],
      [
        'SELECT avg(depth) FROM t WHERE mag > 5',
        'average depth of earthquakes with magnitude over 5',
        'mean depth of quakes stronger than 5',
      ],
      [
        'SELECT corr(depth, mag) FROM t',
        'is depth correlated with magnitude',
        'correlation of depth and magnitude',
      ],
      [
        'SELECT max(depth) FROM t',
        'how deep was the deepest earthquake',
        'depth of the deepest quake',
        'maximum depth',
      ],
      ['SELECT avg(stations) FROM t', 'average number of stations', 'mean number of stations'],
      [null, 'how many earthquakes happened in 1980', 'average damage'],
    ],
  },
  {
    file: 'stats/swiss.csv',
    asks: [
      [
        'SELECT province FROM t ORDER BY Fertility DESC LIMIT 1',
        'which province has the highest fertility',
        'province with the highest fertility',
        'the most fertile province',
      ],
      [
        'SELECT count(*) FROM t WHERE Catholic > 50',
        'how many provinces are more than 50% catholic',
        'number of provinces with catholic over 50',
        'how many provinces have a catholic share above 50',
      ],
      [
        'SELECT "Infant.Mortality" FROM t WHERE province = \'Sion\'',
        'infant mortality in Sion',
        'what is the infant mortality of Sion',
      ],
      ['SELECT corr(Education, Fertility) FROM t', 'correlation between education and fertility'],
      [
        'SELECT avg(Fertility) FROM t WHERE Education > 10',
        'average fertility of provinces with education above 10',
      ],
      [
        'SELECT province, Education FROM t ORDER BY Education DESC LIMIT 3',
        'top three provinces by education',
        '3 provinces with the highest education',
      ],
      [null, 'population of Sion'],
    ],
  },
  {
    file: 'tables/hpc_data.csv',
    asks: [
      [
        'SELECT protocol, avg(compounds) FROM t GROUP BY 1',
        'average compounds by protocol',
        'mean number of compounds per protocol',
      ],
      [
        'SELECT class, count(*) FROM t GROUP BY 1',
        'number of jobs by class',
        'how many jobs in each class',
        'count per class',
      ],
      [
        'SELECT day, count(*) FROM t GROUP BY 1',
        'how many jobs were run on each day',
        'number of jobs per day',
      ],
      ["SELECT count(*) FROM t WHERE day = 'Mon'", 'how many jobs on Monday', 'number of jobs on Mon'],
      [
        "SELECT count(*) FROM t WHERE class = 'VF' AND protocol = 'J'",
        'how many VF jobs used protocol J',
        'count where class is VF and protocol is J',
      ],
      ["SELECT max(compounds) FROM t WHERE protocol = 'A'", 'maximum compounds for protocol A'],
      [null, 'average memory used by protocol'],
    ],
  },
  {
    file: 'tables/sklearn_breast_cancer.csv',
    asks: [
      ['SELECT avg(mean_radius) FROM t', 'average mean radius', 'average of mean_radius'],
      [
        'SELECT target, avg(mean_area) FROM t GROUP BY 1',
        'average mean area by target',
        'mean area by target',
      ],
      ['SELECT max(worst_texture) FROM t', 'maximum worst texture', 'highest worst_texture'],
      [
        'SELECT count(*) FROM t WHERE target = 1',
        'how many rows have target 1',
        'number of samples with target = 1',
      ],
      ['SELECT corr(mean_radius, mean_area) FROM t', 'correlation between mean radius and mean area'],
      [null, 'how many malignant tumors are there', 'survival rate of patients'],
    ],
  },
  {
    file: 'tables/sklearn_wine.csv',
    asks: [
      [
        'SELECT target, avg(alcohol) FROM t GROUP BY 1',
        'average alcohol by target',
        'mean alcohol content for each target class',
      ],
      ['SELECT max(proline) FROM t', 'highest proline', 'what is the maximum proline level?'],
      [
        'SELECT count(*) FROM t WHERE alcohol > 13',
        'how many wines have more than 13 alcohol',
        'number of wines with alcohol over 13',
        'how many wines have an alcohol content above 13 %',
      ],
      [
        'SELECT avg(color_intensity) FROM t WHERE target = 2',
        'average colour intensity for target 2',
        'mean color intensity of class 2 wines',
      ],
      ['SELECT avg(nonflavanoid_phenols) FROM t', 'average nonflavanoid phenols'],
      [null, 'most expensive wine', 'average sugar'],
    ],
  },
  {
    file: 'tables/HSAUR3_BCG.csv',
    asks: [
      [
        'SELECT Study FROM t ORDER BY Latitude DESC LIMIT 1',
        'which study has the highest latitude',
        'study at the highest latitude',
      ],
      ['SELECT sum(BCGTB) FROM t', 'total BCGTB', 'sum of BCGTB over all studies'],
      ['SELECT count(*) FROM t', 'how many studies are there', 'number of studies'],
      [
        'SELECT count(*) FROM t WHERE Year < 1950',
        'how many studies before 1950',
        'number of studies with year before 1950',
        'how many studies were done before 1950',
      ],
      ['SELECT avg(Latitude) FROM t WHERE Year >= 1960', 'average latitude since 1960'],
      [null, 'how many studies in Africa'],
    ],
  },
  {
    file: 'tables/HSAUR3_toenail.csv',
    asks: [
      [
        'SELECT count(DISTINCT patientID) FROM t',
        'how many patients',
        'number of patients',
        'how many patients were enrolled?',
      ],
      [
        'SELECT treatment, count(DISTINCT patientID) FROM t GROUP BY 1',
        'number of patients per treatment',
        'how many patients in each treatment arm',
      ],
      [
        "SELECT visit, avg(CASE WHEN outcome = 'moderate or severe' THEN 100.0 ELSE 0 END) FROM t GROUP BY 1",
        'percentage of moderate or severe outcome by visit',
        'what percentage of outcomes is moderate or severe at each visit',
      ],
      [
        "SELECT treatment, avg(CASE WHEN outcome = 'moderate or severe' THEN 1.0 ELSE 0 END) FROM t WHERE visit = 7 GROUP BY 1",
        'share of moderate or severe outcome by treatment at visit 7',
      ],
      [
        "SELECT count(*) FROM t WHERE outcome = 'none or mild' AND visit = 1",
        'how many rows with outcome none or mild at visit 1',
      ],
      [null, 'average pain score'],
    ],
  },
  {
    file: 'stats/chickwts.csv',
    asks: [
      [
        'SELECT feed, avg(weight) FROM t GROUP BY 1',
        'average weight by feed',
        'mean chick weight for each feed',
        'how heavy are the chicks on each feed on average?',
        'average weight per feed type',
        'mean weight of the chicks by diet',
      ],
      [
        'SELECT feed FROM t GROUP BY 1 ORDER BY avg(weight) DESC LIMIT 1',
        'which feed gives the highest average weight',
        'which feed leads to the heaviest chicks',
        'feed with the highest mean weight',
      ],
      [
        "SELECT avg(weight) FROM t WHERE feed = 'casein'",
        'average weight of chicks fed casein',
        'mean weight on casein',
        'mean weight for casein',
      ],
      ['SELECT max(weight), min(weight) FROM t', 'maximum and minimum weight', 'highest and lowest weight'],
      [
        "SELECT avg(weight) FILTER (WHERE feed = 'casein') - avg(weight) FILTER (WHERE feed = 'horsebean') FROM t",
        'difference in average weight between casein and horsebean',
      ],
      [
        'SELECT count(*) FROM t WHERE weight > 300',
        'how many chicks weigh over 300',
        'how many chicks weigh more than 300 g',
        'number of chicks heavier than 300',
      ],
      [
        'SELECT feed, count(*) FROM t GROUP BY 1',
        'how many chicks got each feed',
        'number of chicks per feed',
      ],
    ],
  },
  {
    file: 'stats/PlantGrowth.csv',
    asks: [
      [
        'SELECT "group", avg(weight) FROM t GROUP BY 1',
        'average weight by group',
        'mean plant weight per treatment group',
        'mean weight of each group',
      ],
      [
        'SELECT avg(weight) FROM t WHERE "group" = \'ctrl\'',
        'average weight of the control group',
        'mean weight of ctrl',
        'average weight of controls',
      ],
      [
        'SELECT avg(weight) FILTER (WHERE "group" = \'trt2\') - avg(weight) FILTER (WHERE "group" = \'ctrl\') FROM t',
        'difference in mean weight between trt2 and control',
      ],
      [
        'SELECT "group", stddev_samp(weight), avg(weight) FROM t GROUP BY 1',
        'mean and standard deviation of weight by group',
        'mean and sd of weight for each group',
      ],
      [null, 'average height by group'],
    ],
  },
  {
    file: 'stats/MASS_Boston.csv',
    asks: [
      ['SELECT avg(medv) FROM t', 'average house value', 'mean home value', 'average medv'],
      ['SELECT chas, avg(medv) FROM t GROUP BY 1', 'average medv by chas'],
      [
        'SELECT corr(rm, medv) FROM t',
        'correlation between rooms and medv',
        'correlation between number of rooms and house value',
      ],
      ['SELECT max(crim) FROM t', 'highest crime rate', 'maximum crim'],
      [
        'SELECT count(*) FROM t WHERE rm > 7',
        'how many houses have more than 7 rooms',
        'number of tracts with rm over 7',
      ],
      [null, 'average school rating'],
    ],
  },
  {
    file: 'tables/cells.csv',
    asks: [
      [
        'SELECT class, count(*) FROM t GROUP BY 1',
        'number of cells per class',
        'how many cells in each class',
        'class counts',
      ],
      [
        "SELECT avg(area_ch_1) FROM t WHERE class = 'PS'",
        'average area ch 1 of PS cells',
        'mean area_ch_1 for class PS',
      ],
      [
        'SELECT "case", class, count(*) FROM t GROUP BY 1, 2',
        'count by case and class',
        'number of cells by case and class',
      ],
      ['SELECT class, median(angle_ch_1) FROM t GROUP BY 1', 'median angle_ch_1 by class'],
      [null, 'average nucleus count', 'how many dead cells are there'],
    ],
  },
  {
    file: 'tables/ad_data.csv',
    asks: [
      ['SELECT Class, count(*) FROM t GROUP BY 1', 'how many subjects in each class', 'count by class'],
      [
        'SELECT Class, avg(tau) FROM t GROUP BY 1',
        'average tau by class',
        'mean tau level for each class',
        'compare tau between impaired and control',
      ],
      [
        'SELECT Genotype, count(*) FROM t GROUP BY 1',
        'number of patients per genotype',
        'genotype counts',
        'distribution of genotype',
      ],
      [
        "SELECT avg(age) FROM t WHERE Class = 'Impaired'",
        'average age of impaired patients',
        'mean age of the impaired',
      ],
      [
        'SELECT Class, avg(CASE WHEN male = 1 THEN 100.0 ELSE 0 END) FROM t GROUP BY 1',
        'percentage of males by class',
        'what percentage of each class is male',
      ],
      [null, 'average MMSE score', 'average tau in Canada'],
    ],
  },
  {
    file: 'stats/ts_AirPassengers.csv',
    asks: [
      [
        'SELECT year, avg(value) FROM t GROUP BY 1',
        'average value by year',
        'mean value per year',
        'yearly average value',
      ],
      ['SELECT max(value) FROM t', 'highest value', 'maximum value', 'peak value'],
      [
        'SELECT sum(value) FROM t WHERE year = 1955',
        'total value in 1955',
        'sum of value for 1955',
        'total value for year 1955',
      ],
      [
        'SELECT year FROM t GROUP BY 1 ORDER BY avg(value) DESC LIMIT 1',
        'which year has the highest average value',
        'in which year was the average value highest?',
      ],
      [
        'SELECT avg(value) FROM t WHERE year >= 1955',
        'average value since 1955',
        'average value from 1955 on',
      ],
      ['SELECT avg(value) FROM t WHERE year < 1955', 'average value before 1955'],
      [null, 'average number of flights', 'forecast the value for 1965'],
    ],
  },
  {
    file: 'stats/women.csv',
    asks: [
      [
        'SELECT avg(height) FROM t',
        'how tall are the women on average',
        'average height',
        'mean height of women',
      ],
      [
        'SELECT max(height) FROM t',
        'how tall is the tallest woman',
        'height of the tallest woman',
        'greatest height',
      ],
      [
        'SELECT corr(height, weight) FROM t',
        'correlation of height and weight',
        'how does weight correlate with height',
      ],
      [
        'SELECT weight FROM t ORDER BY height DESC LIMIT 1',
        'weight of the tallest woman',
        'what is the weight of the tallest woman',
      ],
      [
        'SELECT count(*) FROM t WHERE height > 65',
        'how many women are taller than 65',
        'number of women over 65 inches tall',
      ],
    ],
  },
  {
    file: 'stats/nlme_Orthodont.csv',
    asks: [
      [
        'SELECT Sex, avg(distance) FROM t GROUP BY 1',
        'average distance by sex',
        'mean distance for boys and girls',
        'mean distance in males vs females',
      ],
      [
        'SELECT age, avg(distance) FROM t GROUP BY 1',
        'average distance by age',
        'mean distance at each age',
        'how does distance change with age',
      ],
      [
        "SELECT avg(distance) FROM t WHERE age = 8 AND Sex = 'Female'",
        'average distance of girls at age 8',
        'mean distance for females aged 8',
        'mean distance of 8 year old girls',
      ],
      [
        "SELECT count(DISTINCT Subject) FROM t WHERE Sex = 'Male'",
        'how many boys are there',
        'number of male subjects',
        'how many male subjects',
      ],
      [
        'SELECT Subject, max(distance) m FROM t GROUP BY 1 ORDER BY m DESC LIMIT 1',
        'which subject has the largest distance',
      ],
    ],
  },
  {
    file: 'stats/lme4_cbpp.csv',
    asks: [
      [
        'SELECT herd, sum(incidence) FROM t GROUP BY 1',
        'total incidence by herd',
        'sum of incidence per herd',
      ],
      ['SELECT period, sum(incidence) FROM t GROUP BY 1', 'total incidence per period'],
      ['SELECT count(DISTINCT herd) FROM t', 'how many herds are there', 'number of herds'],
      [
        'SELECT herd FROM t GROUP BY 1 HAVING sum(incidence) = 12',
        'which herd has the highest total incidence',
      ],
      ['SELECT avg(size) FROM t WHERE period = 1', 'average size in period 1', 'mean herd size in period 1'],
    ],
  },
];
