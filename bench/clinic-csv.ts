import { openDuckDb, quoteLiteral } from '@stroma/lake';

const normal = 'sqrt(-2 * ln(u1 + 1e-12)) * cos(2 * pi() * u2)';

/** Twelve columns as a clinic would export them: ids, numbers, whole numbers with gaps, dates, times, categories, text. */
export async function writeClinicCsv(path: string, rows: number, folder: string): Promise<void> {
  using db = await openDuckDb({ memoryMb: 800, threads: 2, tempFolder: folder });
  await db.run(`COPY (SELECT i AS visit_id,
    'P' || lpad((i * 7919 % 200000)::VARCHAR, 6, '0') AS patient_id,
    20 + hash(i) % 60 AS age,
    CASE WHEN hash(i + 1) % 2 = 0 THEN 'F' ELSE 'M' END AS sex,
    DATE '2015-01-01' + (hash(i + 2) % 3000)::INTEGER AS visit_date,
    TIMESTAMP '2020-01-01' + INTERVAL (i * 37) SECOND AS recorded_at,
    round(90 + 15 * ${normal}, 1) AS glucose_mg_dl,
    round(24 + 4 * ${normal}, 3) AS bmi,
    CASE WHEN hash(i + 9) % 20 > 0 THEN 60 + hash(i + 3) % 50 END AS heart_rate,
    'site ' || hash(i + 4) % 40 AS site,
    hash(i + 5) % 3 = 0 AS smoker,
    CASE WHEN hash(i + 6) % 10 = 0 THEN 'follow-up, see "' || hash(i + 7) % 1000 || '"' END AS note
    FROM (SELECT i, (hash(i + 10) % 1000003) / 1000003 AS u1, (hash(i + 11) % 1000003) / 1000003 AS u2
          FROM range(${rows}) t(i))
  ) TO ${quoteLiteral(path)} (FORMAT csv, HEADER)`);
}
