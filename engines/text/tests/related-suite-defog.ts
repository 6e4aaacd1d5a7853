import type { RelatedQuestion } from './related-questions.ts';

/** Plain questions over the derm_treatment and car_dealership tables of the shared data pool. */
export const relatedSuiteDefog: Record<string, RelatedQuestion[]> = {
  derm_treatment: [
    [
      'how many treatments did each drug have',
      'select drug_name, count(*) from treatments join drugs using(drug_id) group by 1',
    ],
    [
      'number of treatments per doctor specialty',
      'select specialty, count(*) from treatments join doctors using(doc_id) group by 1',
    ],
    ['how many patients have private insurance', "select count(*) from patients where ins_type='private'"],
    [
      'average weight of patients treated with Drugalin',
      "select avg(weight_kg) from patients where patient_id in (select patient_id from treatments join drugs using(drug_id) where drug_name='Drugalin')",
    ],
    [
      'total drug amount by drug type',
      'select drug_type, sum(tot_drug_amt) from treatments join drugs using(drug_id) group by 1',
    ],
    [
      'which diagnosis has the most treatments',
      'select diag_name from treatments join diagnoses using(diag_id) group by 1 having count(*)=(select max(c) from (select count(*) c from treatments group by diag_id))',
      'select diag_name from treatments join diagnoses using(diag_id) group by 1 order by count(*) desc limit 1',
    ],
    [
      'number of female patients treated by Jane Smith',
      "select count(distinct patient_id) from treatments join doctors d using(doc_id) join patients p using(patient_id) where d.first_name='Jane' and d.last_name='Smith' and p.gender='Female'",
    ],
    [
      'average day7 lesion count by drug name',
      'select drug_name, avg(day7_lesion_cnt) from outcomes join treatments using(treatment_id) join drugs using(drug_id) group by 1',
    ],
    ['how many treatments were placebo?', 'select count(*) from treatments where is_placebo'],
    ['list the drugs made by Pharma Inc', "select drug_name from drugs where manufacturer='Pharma Inc'"],
    [
      'adverse events per drug',
      'select drug_name, count(*) from adverse_events a join treatments using(treatment_id) join drugs using(drug_id) group by 1',
    ],
    [
      'patients who never had a treatment',
      'select patient_id from patients where patient_id not in (select patient_id from treatments where patient_id is not null)',
    ],
    [
      'doctors without any treatments',
      'select doc_id from doctors where doc_id not in (select doc_id from treatments where doc_id is not null)',
    ],
    [
      'how many different patients were treated with biologics',
      "select count(distinct patient_id) from treatments join drugs using(drug_id) where drug_type='biologic'",
    ],
    ['mean height of patients by gender', 'select gender, avg(height_cm) from patients group by 1'],
    ['number of patients per state', 'select addr_state, count(*) from patients group by 1'],
    [
      'which doctor treated the most patients',
      'select first_name,last_name from treatments join doctors using(doc_id) group by doc_id,1,2 having count(distinct patient_id)=(select max(c) from (select count(distinct patient_id) c from treatments group by doc_id))',
    ],
    [
      'treatments started in 2022',
      'select treatment_id from treatments where year(start_dt)=2022',
      'select count(*) from treatments where year(start_dt)=2022',
    ],
    [
      'average day100 pasi score for patients with Psoriasis vulgaris',
      "select avg(day100_pasi_score) from outcomes join treatments using(treatment_id) join diagnoses using(diag_id) where diag_name='Psoriasis vulgaris'",
    ],
    [
      'concomitant medications taken more than once',
      'select med_name from concomitant_meds group by 1 having count(*)>1',
    ],
    [
      'average concomitant dose amount for female patients',
      "select avg(dose_amt) from concomitant_meds join treatments using(treatment_id) join patients using(patient_id) where gender='Female'",
    ],
    ['average cholesterol of patients on Drugalin', null],
    ['how many nurses work with each doctor', null],
    ['how many treatments had an adverse event', 'select count(distinct treatment_id) from adverse_events'],
    [
      'drugs administered by injection used in more than 2 treatments',
      "select drug_name from treatments join drugs using(drug_id) where admin_route='injection' group by 1 having count(*)>2",
    ],
    [
      'number of treatments per drug_name',
      'select drug_name, count(*) from treatments join drugs using(drug_id) group by 1',
    ],
    [
      'average weight of patients by drug_name',
      'select drug_name, avg(weight_kg) from (select distinct drug_name, patient_id, weight_kg from treatments join drugs using(drug_id) join patients using(patient_id)) group by 1',
      'select drug_name, avg(weight_kg) from treatments join drugs using(drug_id) join patients using(patient_id) group by 1',
    ],
    [
      'sum of tot_drug_amt for female patients',
      "select sum(tot_drug_amt) from treatments join patients using(patient_id) where gender='Female'",
    ],
    [
      'sum of tot_drug_amt by admin_route',
      'select admin_route, sum(tot_drug_amt) from treatments join drugs using(drug_id) group by 1',
    ],
    [
      'how many outcomes per diag_name',
      'select diag_name, count(*) from outcomes join treatments using(treatment_id) join diagnoses using(diag_id) group by 1',
    ],
    [
      'average day30_itch_vas by gender',
      'select gender, avg(day30_itch_vas) from outcomes join treatments using(treatment_id) join patients using(patient_id) group by 1',
    ],
    [
      'total tot_drug_amt of treatments with concomitant meds',
      'select sum(tot_drug_amt) from treatments where treatment_id in (select treatment_id from concomitant_meds)',
    ],
    [
      'how many concomitant meds per gender',
      'select gender, count(*) from concomitant_meds join treatments using(treatment_id) join patients using(patient_id) group by 1',
    ],
    [
      'difference in average day7_pasi_score between males and females',
      "select abs((select avg(day7_pasi_score) from outcomes join treatments using(treatment_id) join patients using(patient_id) where gender='Male')-(select avg(day7_pasi_score) from outcomes join treatments using(treatment_id) join patients using(patient_id) where gender='Female'))",
      "select (select avg(day7_pasi_score) from outcomes join treatments using(treatment_id) join patients using(patient_id) where gender='Male')-(select avg(day7_pasi_score) from outcomes join treatments using(treatment_id) join patients using(patient_id) where gender='Female')",
    ],
    ['how many treatments are there', 'select count(*) from treatments'],
    ['how many patients are there', 'select count(*) from patients'],
    ['how many drugs', 'select count(*) from drugs'],
    ['how many doctors', 'select count(*) from doctors'],
    ['how many doctors in dermatology', "select count(*) from doctors where specialty='dermatology'"],
    ['patients taller than 180', 'select patient_id from patients where height_cm>180'],
    ['oldest patient', 'select first_name from patients order by date_of_birth limit 1'],
    [
      'how many treatments by month of start',
      'select month(start_dt), count(*) from treatments group by 1',
      "select strftime(date_trunc('month',start_dt),'%Y-%m-%d'), count(*) from treatments group by 1",
    ],
  ],
  car_dealership: [
    [
      'total sales by salesperson',
      'select s.first_name, s.last_name, sum(sale_price) from sales join salespersons s on s.id=salesperson_id group by s.id,1,2',
      'select salesperson_id, sum(sale_price) from sales group by 1',
      'select s.first_name, s.last_name, count(*) from sales join salespersons s on s.id=salesperson_id group by s.id,1,2',
    ],
    [
      'average sale price per make',
      'select make, avg(sale_price) from sales join cars on cars.id=car_id group by 1',
    ],
    [
      'how many Toyota cars were sold',
      "select count(*) from sales join cars on cars.id=car_id where make='Toyota'",
    ],
    [
      'how many cars did John Doe sell?',
      "select count(*) from sales join salespersons s on s.id=salesperson_id where first_name='John' and last_name='Doe'",
    ],
    ['number of customers by state', 'select state, count(*) from customers group by 1'],
    [
      'profit per make (sale price minus cost)',
      'select make, sum(sale_price-cost) from sales join cars on cars.id=car_id group by 1',
      'select make, avg(sale_price-cost) from sales join cars on cars.id=car_id group by 1',
    ],
    [
      'total payments received by payment method',
      'select payment_method, sum(payment_amount) from payments_received group by 1',
    ],
    ['customers in Texas', "select id from customers where state='TX'"],
    [
      'which customer spent the most',
      'select first_name,last_name from sales join customers c on c.id=customer_id group by c.id,1,2 order by sum(sale_price) desc limit 1',
    ],
    [
      'how many sales were made to customers in NY',
      "select count(*) from sales join customers c on c.id=customer_id where state='NY'",
    ],
    [
      'top 3 salespersons by total sale price',
      'select salesperson_id from sales group by 1 order by sum(sale_price) desc limit 3',
      'select s.first_name, s.last_name from sales join salespersons s on s.id=salesperson_id group by s.id,1,2 order by sum(sale_price) desc limit 3',
    ],
    [
      'total paid to Auto Parts Supplier',
      "select sum(payment_amount) from payments_made where vendor_name='Auto Parts Supplier'",
    ],
    [
      'sales per month',
      'select month(sale_date), count(*) from sales group by 1',
      "select strftime(date_trunc('month',sale_date),'%Y-%m-%d'), count(*) from sales group by 1",
      "select strftime(date_trunc('month',sale_date),'%Y-%m-%d'), sum(sale_price) from sales group by 1",
    ],
    [
      'which cars have never been sold',
      'select make, model from cars where id not in (select car_id from sales)',
    ],
    ['average cost of automatic cars', "select avg(cost) from cars where transmission='Automatic'"],
    ['warranty claims per car', null],
    ['how many sales are there', 'select count(*) from sales'],
    ['how many cars are there', 'select count(*) from cars'],
    ['how many customers are there', 'select count(*) from customers'],
    ['average sale price', 'select avg(sale_price) from sales'],
    [
      'average sale_price by state of the customer',
      'select state, avg(sale_price) from sales join customers c on c.id=customer_id group by 1',
    ],
    [
      'total sale_price by make',
      'select make, sum(sale_price) from sales join cars on cars.id=car_id group by 1',
    ],
    [
      'total payment amount received by make',
      'select make, sum(payment_amount) from payments_received p join sales on sales.id=sale_id join cars on cars.id=car_id group by 1',
    ],
    [
      'number of sales by engine_type',
      'select engine_type, count(*) from sales join cars on cars.id=car_id group by 1',
    ],
    [
      'most expensive car sold',
      'select make, model from sales join cars on cars.id=car_id order by sale_price desc limit 1',
    ],
    ['average cost of cars by make', 'select make, avg(cost) from cars group by 1'],
    ['how many cars by year', 'select "year", count(*) from cars group by 1'],
    [
      'salesperson with the most sales',
      'select s.first_name, s.last_name from sales join salespersons s on s.id=salesperson_id group by s.id,1,2 order by count(*) desc limit 1',
      'select salesperson_id from sales group by 1 order by count(*) desc limit 1',
    ],
    [
      'customers who bought a Tesla',
      "select c.id from customers c where id in (select customer_id from sales join cars on cars.id=car_id where make='Tesla')",
    ],
    [
      'sum of sale_price for customers in CA',
      "select sum(sale_price) from sales join customers c on c.id=customer_id where state='CA'",
    ],
  ],
};
