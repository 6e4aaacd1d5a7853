import type { RelatedQuestion } from './related-questions.ts';

/** Questions over the tables of `related-databases.ts`, each with SQL that gives the right answer; null where there is none. */
export const relatedSuite: Record<string, RelatedQuestion[]> = {
  clinic: [
    ['how many visits are there', 'select count(*) from visits'],
    ['how many patients do we have', 'select count(*) from patients'],
    ['how many patients have had at least one visit', 'select count(distinct patient_id) from visits'],
    [
      'how many patients never had a visit',
      'select count(*) from patients where patient_id not in (select patient_id from visits)',
    ],
    [
      'which patients have no visits',
      'select patient_id from patients where patient_id not in (select patient_id from visits)',
    ],
    [
      'list the patients without any visits',
      'select patient_id from patients where patient_id not in (select patient_id from visits)',
    ],
    ['number of visits per patient', 'select patient_id, count(*) from visits group by 1'],
    [
      'number of visits per doctor',
      'select d.name, count(*) from visits join doctors d using(doctor_id) group by 1',
    ],
    [
      'visits by specialty',
      'select specialty, count(*) from visits join doctors using(doctor_id) group by 1',
    ],
    [
      'how many visits did each doctor have',
      'select d.name, count(*) from visits join doctors d using(doctor_id) group by 1',
    ],
    [
      'which doctor has the most visits',
      'select d.name from visits join doctors d using(doctor_id) group by 1 having count(*)=(select max(c) from (select count(*) c from visits group by doctor_id))',
    ],
    [
      'which doctor saw the most patients',
      'select d.name from visits join doctors d using(doctor_id) group by 1 having count(distinct patient_id)=(select max(c) from (select count(distinct patient_id) c from visits group by doctor_id))',
    ],
    [
      'doctors who had no visits',
      'select doctor_id from doctors where doctor_id not in (select doctor_id from visits)',
    ],
    [
      'average weight at visits of female patients',
      "select avg(weight_kg) from visits join patients using(patient_id) where sex='F'",
    ],
    [
      'average systolic blood pressure of smokers',
      "select avg(systolic_bp) from visits join patients using(patient_id) where smoker='yes'",
    ],
    [
      'mean systolic bp by city',
      'select city, avg(systolic_bp) from visits join patients using(patient_id) group by 1',
    ],
    ['number of patients per city', 'select city, count(*) from patients group by 1'],
    ['how many male smokers are there', "select count(*) from patients where sex='M' and smoker='yes'"],
    ['how many samples of blood were taken', "select count(*) from samples where sample_type='blood'"],
    ['number of samples per sample type', 'select sample_type, count(*) from samples group by 1'],
    ['total volume of samples by sample type', 'select sample_type, sum(volume_ml) from samples group by 1'],
    [
      'average volume of blood samples from smokers',
      "select avg(volume_ml) from samples join visits using(visit_id) join patients using(patient_id) where sample_type='blood' and smoker='yes'",
    ],
    [
      'how many samples were taken at emergency visits',
      "select count(*) from samples join visits using(visit_id) where reason='emergency'",
    ],
    [
      'number of results per assay',
      'select assay_name, count(*) from results join assays using(assay_id) group by 1',
    ],
    [
      'average glucose value',
      "select avg(value) from results join assays using(assay_id) where assay_name='glucose'",
    ],
    [
      'average value per assay',
      'select assay_name, avg(value) from results join assays using(assay_id) group by 1',
    ],
    [
      'maximum CRP value of female patients',
      "select max(value) from results join assays using(assay_id) join samples using(sample_id) join visits using(visit_id) join patients using(patient_id) where assay_name='CRP' and sex='F'",
    ],
    ['how many results were flagged high', "select count(*) from results where flag='high'"],
    [
      'high results per assay',
      "select assay_name, count(*) from results join assays using(assay_id) where flag='high' group by 1",
    ],
    [
      'which assays have no results',
      'select assay_name from assays where assay_id not in (select assay_id from results)',
    ],
    [
      'how many runs per instrument',
      'select instrument_name, count(*) from runs join instruments using(instrument_id) group by 1',
    ],
    ['how many runs failed', "select count(*) from runs where status='failed'"],
    [
      'failed runs per instrument',
      "select instrument_name, count(*) from runs join instruments using(instrument_id) where status='failed' group by 1",
    ],
    [
      'which instrument has the most failed runs',
      "select instrument_name from runs join instruments using(instrument_id) where status='failed' group by 1 having count(*)=(select max(c) from (select count(*) c from runs where status='failed' group by instrument_id))",
    ],
    [
      'which instruments were never used in a run',
      'select instrument_name from instruments where instrument_id not in (select instrument_id from runs)',
    ],
    [
      'instruments without runs',
      'select instrument_name from instruments where instrument_id not in (select instrument_id from runs)',
    ],
    [
      'number of results per instrument',
      'select instrument_name, count(*) from results join runs using(run_id) join instruments using(instrument_id) group by 1',
    ],
    [
      'number of results from failed runs',
      "select count(*) from results join runs using(run_id) where status='failed'",
    ],
    [
      'average number of visits per patient',
      'select avg(c) from (select count(*) c from visits group by patient_id)',
      'select (select count(*) from visits)*1.0/(select count(*) from patients)',
    ],
    ['patients with more than 5 visits', 'select patient_id from visits group by 1 having count(*)>5'],
    [
      'how many patients had more than 3 visits',
      'select count(*) from (select patient_id from visits group by 1 having count(*)>3)',
    ],
    [
      'patients with fewer than 2 visits',
      'select patient_id from patients where patient_id not in (select patient_id from visits group by 1 having count(*)>=2)',
    ],
    [
      'how many patients had exactly 2 visits',
      'select count(*) from (select patient_id from visits group by 1 having count(*)=2)',
    ],
    [
      'patients seen by more than 2 doctors',
      'select patient_id from visits group by 1 having count(distinct doctor_id)>2',
    ],
    ['prescriptions per drug', 'select drug, count(*) from prescriptions group by 1'],
    [
      'how many patients were prescribed aspirin',
      "select count(distinct patient_id) from prescriptions join visits using(visit_id) where drug='aspirin'",
    ],
    [
      'average dose of metformin for women',
      "select avg(dose_mg) from prescriptions join visits using(visit_id) join patients using(patient_id) where drug='metformin' and sex='F'",
    ],
    [
      'which drug was prescribed most often',
      'select drug from prescriptions group by 1 having count(*)=(select max(c) from (select count(*) c from prescriptions group by drug))',
    ],
    [
      'which doctors prescribed statin',
      "select distinct d.name from prescriptions join visits using(visit_id) join doctors d using(doctor_id) where drug='statin'",
    ],
    [
      'doctors who never prescribed aspirin',
      "select doctor_id from doctors where doctor_id not in (select doctor_id from prescriptions join visits using(visit_id) where drug='aspirin')",
    ],
    [
      'patients who were never prescribed metformin',
      "select patient_id from patients where patient_id not in (select patient_id from prescriptions join visits using(visit_id) where drug='metformin')",
    ],
    [
      'visits without samples',
      'select visit_id from visits where visit_id not in (select visit_id from samples)',
    ],
    [
      'how many visits had no prescription',
      'select count(*) from visits where visit_id not in (select visit_id from prescriptions)',
    ],
    [
      'visits in 2023',
      'select visit_id from visits where year(visit_date)=2023',
      'select count(*) from visits where year(visit_date)=2023',
    ],
    [
      'how many visits in 2023 by doctor',
      'select d.name, count(*) from visits join doctors d using(doctor_id) where year(visit_date)=2023 group by 1',
    ],
    ['visits per month', "select date_trunc('month', visit_date), count(*) from visits group by 1"],
    [
      'what percentage of patients have had a visit',
      'select 100.0*count(*)/40 from patients where patient_id in (select patient_id from visits)',
    ],
    ['what percentage of visits are emergencies', "select 100.0*avg((reason='emergency')::int) from visits"],
    [
      'share of runs that failed by instrument',
      "select instrument_name, avg((status='failed')::int) from runs join instruments using(instrument_id) group by 1",
    ],
    [
      'which patient has the highest systolic bp',
      'select patient_id from visits where systolic_bp=(select max(systolic_bp) from visits)',
    ],
    [
      'top 3 doctors by number of visits',
      'select d.name from visits join doctors d using(doctor_id) group by 1 order by count(*) desc limit 3',
    ],
    ['operators and their number of runs', 'select operator, count(*) from runs group by 1'],
    [
      'number of different patients per doctor',
      'select d.name, count(distinct patient_id) from visits join doctors d using(doctor_id) group by 1',
    ],
    [
      'how many patients did Dr. Keller see',
      "select count(distinct patient_id) from visits join doctors d using(doctor_id) where name='Dr. Keller'",
    ],
    [
      'total prescription days by doctor',
      'select d.name, sum(days) from prescriptions join visits using(visit_id) join doctors d using(doctor_id) group by 1',
    ],
    [
      'average sodium by sex',
      "select sex, avg(value) from results join assays using(assay_id) join samples using(sample_id) join visits using(visit_id) join patients using(patient_id) where assay_name='sodium' group by 1",
    ],
    ['average cholesterol per patient', null],
    ['how many nurses are there', null],
    ['average salary of doctors', null],
    ['patients allergic to penicillin', null],
    ['how much did each patient pay', null],
  ],
  fieldwork: [
    ['how many sightings are there', 'select count(*) from sightings'],
    ['how many species are there', 'select count(*) from species'],
    [
      'number of sightings per species',
      'select common_name, count(*) from sightings join species on species.id=species_id group by 1',
    ],
    [
      'which species was never seen',
      'select common_name from species where id not in (select species_id from sightings)',
    ],
    [
      'which species have no sightings',
      'select common_name from species where id not in (select species_id from sightings)',
    ],
    [
      'species without sightings',
      'select common_name from species where id not in (select species_id from sightings)',
    ],
    [
      'total number of animals per habitat',
      'select habitat, sum(animals) from sightings join surveys on surveys.id=survey_id join sites on sites.id=site_id group by 1',
    ],
    [
      'total animals by species',
      'select common_name, sum(animals) from sightings join species on species.id=species_id group by 1',
    ],
    [
      'how many endangered species were seen',
      "select count(distinct species_id) from sightings join species on species.id=species_id where endangered='yes'",
    ],
    ['how many endangered species are there', "select count(*) from species where endangered='yes'"],
    [
      'number of surveys per site',
      'select site_name, count(*) from surveys join sites on sites.id=site_id group by 1',
    ],
    [
      'which site has the most surveys',
      'select site_name from surveys join sites on sites.id=site_id group by 1 having count(*)=(select max(c) from (select count(*) c from surveys group by site_id))',
    ],
    [
      'sites that were never surveyed',
      'select site_name from sites where id not in (select site_id from surveys)',
    ],
    ['surveys without sightings', 'select id from surveys where id not in (select survey_id from sightings)'],
    [
      'how many surveys had no sightings',
      'select count(*) from surveys where id not in (select survey_id from sightings)',
    ],
    ['surveys by observer', 'select observer, count(*) from surveys group by 1'],
    [
      'sightings by observer',
      'select observer, count(*) from sightings join surveys on surveys.id=survey_id group by 1',
    ],
    [
      'number of species seen by each observer',
      'select observer, count(distinct species_id) from sightings join surveys on surveys.id=survey_id group by 1',
    ],
    [
      'number of different species per habitat',
      'select habitat, count(distinct species_id) from sightings join surveys on surveys.id=survey_id join sites on sites.id=site_id group by 1',
    ],
    ['average elevation of sites by habitat', 'select habitat, avg(elevation_m) from sites group by 1'],
    [
      'average elevation of surveyed sites',
      'select avg(elevation_m) from sites where id in (select site_id from surveys)',
    ],
    [
      'sightings of lynx in wetland',
      "select s.id from sightings s join species on species.id=species_id join surveys on surveys.id=survey_id join sites on sites.id=site_id where common_name='lynx' and habitat='wetland'",
      "select count(*) from sightings s join species on species.id=species_id join surveys on surveys.id=survey_id join sites on sites.id=site_id where common_name='lynx' and habitat='wetland'",
    ],
    [
      'how many sightings of juvenile otters',
      "select count(*) from sightings s join species on species.id=species_id where common_name='otter' and life_stage='juvenile'",
    ],
    [
      'how many animals of the family Canidae were seen',
      "select sum(animals) from sightings join species on species.id=species_id where family='Canidae'",
      "select count(*) from sightings join species on species.id=species_id where family='Canidae'",
    ],
    [
      'sites where a lynx was seen',
      "select distinct site_name from sightings join species on species.id=species_id join surveys on surveys.id=survey_id join sites on sites.id=site_id where common_name='lynx'",
    ],
    [
      'sites with more than 5 surveys',
      'select site_name from surveys join sites on sites.id=site_id group by 1 having count(*)>5',
    ],
    ['observers with more than 10 surveys', 'select observer from surveys group by 1 having count(*)>10'],
    [
      'average number of sightings per survey',
      'select avg(c) from (select count(*) c from sightings group by survey_id)',
      'select (select count(*) from sightings)*1.0/(select count(*) from surveys)',
    ],
    [
      'surveys per year',
      'select year(survey_date), count(*) from surveys group by 1',
      "select strftime(date_trunc('year',survey_date),'%Y-%m-%d'), count(*) from surveys group by 1",
    ],
    [
      'sightings per year',
      'select year(survey_date), count(*) from sightings join surveys on surveys.id=survey_id group by 1',
    ],
    [
      'which observer saw the most animals',
      'select observer from sightings join surveys on surveys.id=survey_id group by 1 order by sum(animals) desc limit 1',
    ],
    [
      'which family has the most sightings',
      'select family from sightings join species on species.id=species_id group by 1 order by count(*) desc limit 1',
    ],
    [
      'sightings above 1000 m elevation',
      'select s.id from sightings s join surveys on surveys.id=survey_id join sites on sites.id=site_id where elevation_m>1000',
      'select count(*) from sightings s join surveys on surveys.id=survey_id join sites on sites.id=site_id where elevation_m>1000',
    ],
    ['average body weight of foxes', null],
    ['rainfall per site', null],
  ],
};
