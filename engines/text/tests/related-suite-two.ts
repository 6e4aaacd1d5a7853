import type { RelatedQuestion } from './related-questions.ts';

/** More questions over the tables of `related-databases.ts`, as `related-suite.ts`. */
export const relatedSuiteTwo: Record<string, RelatedQuestion[]> = {
  omics: [
    ['how many subjects are there', 'select count(*) from subjects'],
    ['number of samples per tissue', 'select tissue, count(*) from samples group by 1'],
    ['how many samples does each subject have', 'select subject_id, count(*) from samples group by 1'],
    [
      'subjects without samples',
      'select subject_id from subjects where subject_id not in (select subject_id from samples)',
    ],
    [
      'how many subjects have no sample',
      'select count(*) from subjects where subject_id not in (select subject_id from samples)',
    ],
    [
      'samples with no expression data',
      'select sample_id from samples where sample_id not in (select sample_id from expression)',
    ],
    ['average tpm of IL6', "select avg(tpm) from expression where gene='IL6'"],
    [
      'average IL6 tpm by diagnosis',
      "select diagnosis, avg(tpm) from expression join samples using(sample_id) join subjects using(subject_id) where gene='IL6' group by 1",
    ],
    ['mean tpm per gene', 'select gene, avg(tpm) from expression group by 1'],
    [
      'mean tpm by gene category',
      'select category, avg(tpm) from expression join genes using(gene) group by 1',
    ],
    [
      'median tpm of TNF in lung samples',
      "select median(tpm) from expression join samples using(sample_id) where gene='TNF' and tissue='lung'",
    ],
    [
      'which gene has the highest average tpm in asthma patients',
      "select gene from expression join samples using(sample_id) join subjects using(subject_id) where diagnosis='asthma' group by 1 order by avg(tpm) desc limit 1",
    ],
    ['average age of subjects by diagnosis', 'select diagnosis, avg(age) from subjects group by 1'],
    [
      'average age of subjects with lung samples',
      "select avg(age) from subjects where subject_id in (select subject_id from samples where tissue='lung')",
    ],
    [
      'average rin by diagnosis',
      'select diagnosis, avg(rin) from samples join subjects using(subject_id) group by 1',
    ],
    [
      'how many female subjects gave a blood sample',
      "select count(distinct subject_id) from samples join subjects using(subject_id) where sex='female' and tissue='blood'",
    ],
    ['number of samples per batch and tissue', 'select batch, tissue, count(*) from samples group by 1,2'],
    [
      'how many samples come from male COPD subjects',
      "select count(*) from samples join subjects using(subject_id) where sex='male' and diagnosis='COPD'",
    ],
    ['genes without expression', 'select gene from genes where gene not in (select gene from expression)'],
    ['how many cytokines are there', "select count(*) from genes where category='cytokine'"],
    ['subjects with more than 3 samples', 'select subject_id from samples group by 1 having count(*)>3'],
    [
      'how many subjects have samples from at least 2 tissues',
      'select count(*) from (select subject_id from samples group by 1 having count(distinct tissue)>=2)',
    ],
    [
      'which subject has the most samples',
      'select subject_id from samples group by 1 having count(*)=(select max(c) from (select count(*) c from samples group by subject_id))',
    ],
    [
      'average bmi of women with COPD',
      "select avg(bmi) from subjects where sex='female' and diagnosis='COPD'",
    ],
    [
      'samples with rin below 7 from asthma subjects',
      "select sample_id from samples join subjects using(subject_id) where rin<7 and diagnosis='asthma'",
    ],
    ['correlation between age and bmi', 'select corr(age,bmi) from subjects'],
    [
      'maximum tpm of genes on chromosome 7',
      "select max(tpm) from expression join genes using(gene) where chromosome='7'",
      'select max(tpm) from expression join genes using(gene) where chromosome=7',
    ],
    [
      'difference in average TP53 tpm between control and asthma',
      "select (select avg(tpm) from expression join samples using(sample_id) join subjects using(subject_id) where gene='TP53' and diagnosis='control')-(select avg(tpm) from expression join samples using(sample_id) join subjects using(subject_id) where gene='TP53' and diagnosis='asthma')",
    ],
    ['what fraction of samples are from blood', "select avg((tissue='blood')::int) from samples"],
    [
      'number of subjects per diagnosis and sex',
      'select diagnosis, sex, count(*) from subjects group by 1,2',
    ],
    [
      'average number of samples per subject',
      'select avg(c) from (select count(*) c from samples group by subject_id)',
      'select (select count(*) from samples)*1.0/(select count(*) from subjects)',
    ],
    ['protein concentration by tissue', null],
    ['survival time by diagnosis', null],
    ['smoking status of the subjects', null],
  ],
  library: [
    ['how many books are there', 'select count(*) from books'],
    ['how many loans in 2023', 'select count(*) from loans where year(loan_date)=2023'],
    [
      'number of loans per member',
      'select member_name, count(*) from loans join members using(member_no) group by 1',
    ],
    ['number of loans per genre', 'select genre, count(*) from loans join books using(isbn) group by 1'],
    [
      'loans by author',
      'select author_name, count(*) from loans join books using(isbn) join authors using(author_id) group by 1',
    ],
    [
      'books by country of the author',
      'select country, count(*) from books join authors using(author_id) group by 1',
      'select isbn, country from books join authors using(author_id)',
    ],
    ['which books were never borrowed', 'select title from books where isbn not in (select isbn from loans)'],
    [
      'members who never borrowed a book',
      'select member_name from members where member_no not in (select member_no from loans)',
    ],
    [
      'authors without books',
      'select author_name from authors where author_id not in (select author_id from books)',
    ],
    [
      'which author wrote the most books',
      'select author_name from books join authors using(author_id) group by 1 having count(*)=(select max(c) from (select count(*) c from books group by author_id))',
    ],
    [
      'which member borrowed the most books',
      'select member_name from loans join members using(member_no) group by 1 having count(*)=(select max(c) from (select count(*) c from loans group by member_no))',
      'select member_name from loans join members using(member_no) group by 1 having count(distinct isbn)=(select max(c) from (select count(distinct isbn) c from loans group by member_no))',
    ],
    [
      'which genre is borrowed most often',
      'select genre from loans join books using(isbn) group by 1 order by count(*) desc limit 1',
    ],
    [
      'total fines per member',
      'select member_name, sum(fine) from loans join members using(member_no) group by 1',
    ],
    ['total fine by town', 'select town, sum(fine) from loans join members using(member_no) group by 1'],
    [
      'average pages of borrowed books',
      'select avg(pages) from books where isbn in (select isbn from loans)',
    ],
    ['average pages by genre', 'select genre, avg(pages) from books group by 1'],
    [
      'how many members borrowed a novel',
      "select count(distinct member_no) from loans join books using(isbn) where genre='novel'",
    ],
    [
      'how many students borrowed poetry',
      "select count(distinct member_no) from loans join books using(isbn) join members using(member_no) where category='student' and genre='poetry'",
    ],
    [
      'members with more than 8 loans',
      'select member_name from loans join members using(member_no) group by 1 having count(*)>8',
    ],
    [
      'books borrowed more than 5 times',
      'select title from loans join books using(isbn) group by 1 having count(*)>5',
    ],
    ['how many loans have not been returned', 'select count(*) from loans where return_date is null'],
    [
      'loans without a return date',
      'select loan_id from loans where return_date is null',
      'select count(*) from loans where return_date is null',
    ],
    [
      'members from Leeds with at least 5 loans',
      "select member_name from loans join members using(member_no) where town='Leeds' group by 1 having count(*)>=5",
    ],
    [
      'longest book by Borges',
      "select title from books join authors using(author_id) where author_name='Borges' order by pages desc limit 1",
    ],
    [
      'number of books per author',
      'select author_name, count(*) from books join authors using(author_id) group by 1',
    ],
    [
      'how many books did each author write',
      'select author_name, count(*) from books join authors using(author_id) group by 1',
    ],
    [
      'average fine of students',
      "select avg(fine) from loans join members using(member_no) where category='student'",
    ],
    ['loans per month', "select date_trunc('month',loan_date), count(*) from loans group by 1"],
    [
      'members who borrowed a book by Lem',
      "select distinct member_name from loans join members using(member_no) join books using(isbn) join authors using(author_id) where author_name='Lem'",
    ],
    [
      'members who borrowed a book by Calvino',
      "select distinct member_name from loans join members using(member_no) join books using(isbn) join authors using(author_id) where author_name='Calvino'",
    ],
    [
      'what percentage of members have borrowed a book',
      'select 100.0*count(*)/15 from members where member_no in (select member_no from loans)',
    ],
    ['number of members by category', 'select category, count(*) from members group by 1'],
    ['how many publishers are there', null],
    ['average rating of each book', null],
  ],
  clinic: [
    [
      'number of female patients per doctor',
      "select d.name, count(distinct patient_id) from visits join doctors d using(doctor_id) join patients using(patient_id) where sex='F' group by 1",
    ],
    [
      'patients from Basel who had an emergency visit',
      "select distinct patient_id from visits join patients using(patient_id) where city='Basel' and reason='emergency'",
    ],
    [
      'patients who had a urine sample',
      "select distinct patient_id from samples join visits using(visit_id) where sample_type='urine'",
    ],
    [
      'patients who never had a blood sample',
      "select patient_id from patients where patient_id not in (select patient_id from samples join visits using(visit_id) where sample_type='blood')",
    ],
    [
      'number of blood samples per city',
      "select city, count(*) from samples join visits using(visit_id) join patients using(patient_id) where sample_type='blood' group by 1",
    ],
    [
      'results from Abbott instruments',
      "select result_id from results join runs using(run_id) join instruments using(instrument_id) where manufacturer='Abbott'",
      "select count(*) from results join runs using(run_id) join instruments using(instrument_id) where manufacturer='Abbott'",
    ],
    [
      'which city has the most patients',
      'select city from patients group by 1 having count(*)=(select max(c) from (select count(*) c from patients group by city))',
    ],
    [
      'which city has the most visits',
      'select city from visits join patients using(patient_id) group by 1 having count(*)=(select max(c) from (select count(*) c from visits join patients using(patient_id) group by city))',
    ],
    [
      'minimum and maximum glucose by sex',
      "select sex, min(value), max(value) from results join assays using(assay_id) join samples using(sample_id) join visits using(visit_id) join patients using(patient_id) where assay_name='glucose' group by 1",
    ],
    [
      'how many doctors prescribed ibuprofen',
      "select count(distinct doctor_id) from prescriptions join visits using(visit_id) where drug='ibuprofen'",
    ],
    [
      'average duration in days of statin prescriptions',
      "select avg(days) from prescriptions where drug='statin'",
    ],
    [
      'patients with at least 2 emergency visits',
      "select patient_id from visits where reason='emergency' group by 1 having count(*)>=2",
    ],
    [
      'how many runs did anna do on the Atellica',
      "select count(*) from runs join instruments using(instrument_id) where operator='anna' and instrument_name='Atellica'",
    ],
    [
      'doctors hired after 2010 with more than 20 visits',
      'select d.name from visits join doctors d using(doctor_id) where hired_year>2010 group by 1 having count(*)>20',
    ],
  ],
  fieldwork: [
    [
      'how many wetland sites were surveyed',
      "select count(distinct site_id) from surveys join sites on sites.id=site_id where habitat='wetland'",
    ],
    [
      'which habitat has the most sightings',
      'select habitat from sightings join surveys on surveys.id=survey_id join sites on sites.id=site_id group by 1 order by count(*) desc limit 1',
    ],
    [
      'total animals seen by Lena',
      "select sum(animals) from sightings join surveys on surveys.id=survey_id where observer='Lena'",
    ],
    [
      'species seen in forest',
      "select distinct common_name from sightings join species on species.id=species_id join surveys on surveys.id=survey_id join sites on sites.id=site_id where habitat='forest'",
    ],
    [
      'species never seen in forest',
      "select common_name from species where id not in (select species_id from sightings join surveys on surveys.id=survey_id join sites on sites.id=site_id where habitat='forest')",
    ],
    [
      'how many sites have no surveys',
      'select count(*) from sites where id not in (select site_id from surveys)',
    ],
    [
      'number of badger sightings per year',
      "select year(survey_date), count(*) from sightings join species on species.id=species_id join surveys on surveys.id=survey_id where common_name='badger' group by 1",
    ],
  ],
  followup: [
    ['subjects older than 40', 'select distinct subject_id from followup where age>40'],
    ['list the subjects older than 40', 'select distinct subject_id from followup where age>40'],
    ['how many subjects are older than 40', 'select count(distinct subject_id) from followup where age>40'],
    ['which subjects are older than 60', 'select distinct subject_id from followup where age>60'],
    ["comments containing 'blood'", "select comments from followup where comments like '%blood%'"],
    ["list comments containing 'blood'", "select comments from followup where comments like '%blood%'"],
    ['show the comments that contain "blood"', "select comments from followup where comments like '%blood%'"],
    ['what are the different comments', 'select distinct comments from followup where comments is not null'],
    [
      'second highest glucose',
      'select glucose from (select distinct glucose from followup) order by 1 desc limit 1 offset 1',
    ],
    [
      'what is the second highest glucose',
      'select glucose from (select distinct glucose from followup) order by 1 desc limit 1 offset 1',
    ],
    [
      'third lowest glucose',
      'select glucose from (select distinct glucose from followup) order by 1 limit 1 offset 2',
    ],
    [
      'which subject has the second highest average glucose',
      'select subject_id from followup group by 1 order by avg(glucose) desc limit 1 offset 1',
    ],
    [
      'subject with the second highest glucose',
      'select subject_id from followup where glucose=(select glucose from (select distinct glucose from followup) order by 1 desc limit 1 offset 1)',
    ],
    [
      'average age over the top 10 by glucose',
      'select avg(age) from (select age from followup order by glucose desc limit 10)',
    ],
    [
      'average weight_0 of the top 10 rows by glucose',
      'select avg(weight_0) from (select weight_0 from followup order by glucose desc limit 10)',
    ],
    [
      'weight gain between weight_0 and weight_12',
      'select avg(weight_12-weight_0) from followup',
      'select subject_id, weight_12-weight_0 from followup',
    ],
    ['average weight gain from weight_0 to weight_12', 'select avg(weight_12-weight_0) from followup'],
    ['average difference between weight_12 and weight_0', 'select avg(weight_12-weight_0) from followup'],
    ['difference between weight_12 and weight_0 on average', 'select avg(weight_12-weight_0) from followup'],
    [
      'average change from weight_0 to weight_12 by sex',
      'select sex, avg(weight_12-weight_0) from followup group by 1',
    ],
    [
      'how many visits in the last 30 days',
      'select count(*) from followup where visit_date >= (select max(visit_date) from followup) - 30',
    ],
    [
      'average glucose in the last 10 days',
      'select avg(glucose) from followup where visit_date >= (select max(visit_date) from followup) - 10',
    ],
    [
      'average glucose in the last 3 months',
      'select avg(glucose) from followup where visit_date >= (select max(visit_date) from followup) - interval 3 months',
    ],
  ],
};
