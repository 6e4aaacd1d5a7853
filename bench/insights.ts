/**
 * A million rows of twenty columns: from the request for insights to the findings, over HTTP. Against the same kinds of
 * computation by pandas, SciPy and scikit-learn on the same file, where BENCH_PYTHON names an interpreter that has them.
 *   node bench/insights.ts [rows] [rounds]
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDuckDb, quoteLiteral } from '@stroma/lake';
import { median, print, printNoise, timed } from './measure.ts';
import { addDataset, startServer } from './stroma-server.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 3);
const folder = await mkdtemp(join(tmpdir(), 'stroma-bench-'));
const path = join(folder, 'clinic.csv');

/** A standard normal of each row, by Box and Muller from two hashes. */
const normal = (salt: number) =>
  `(sqrt(-2 * ln((hash(i + ${salt} * 10000019) % 1000003 + 1) / 1000004)) * cos(2 * pi() * (hash(i + ${salt + 1} * 10000019) % 1000003) / 1000003))`;

const table = `SELECT i AS visit_id, TIMESTAMP '2022-01-01' + INTERVAL (i * 63) SECOND AS recorded_at,
  'site ' || hash(i + 4 * 10000019) % 12 AS site, CASE WHEN hash(i + 5 * 10000019) % 2 = 0 THEN 'drug' ELSE 'placebo' END AS arm,
  CASE WHEN hash(i + 6 * 10000019) % 2 = 0 THEN 'F' ELSE 'M' END AS sex, hash(i + 7 * 10000019) % 3 = 0 AS smoker,
  ['A', 'B', 'AB', '0'][(hash(i + 8 * 10000019) % 4 + 1)::BIGINT] AS blood_group, 'ward ' || hash(i + 9 * 10000019) % 30 AS ward,
  (20 + hash(i + 10 * 10000019) % 60)::INTEGER AS age,
  round(90 + 0.4 * (hash(i + 10 * 10000019) % 60) + 8 * ${normal(20)} + 3 * i / ${rows}, 2) AS glucose_mg_dl,
  round(24 + 4 * ${normal(22)}, 3) AS bmi,
  round(70 + 8 * sin(2 * pi() * i * 63 / 86400) + 6 * ${normal(24)}, 1) AS pulse,
  round(120 + 12 * ${normal(26)} + CASE WHEN i > ${Math.floor(rows * 0.6)} THEN 6 ELSE 0 END, 1) AS systolic,
  round(80 + 7 * ${normal(28)}, 1) AS diastolic,
  CASE WHEN hash(i + 30 * 10000019) % 12 > 0 THEN round(exp(1 + 0.6 * ${normal(31)}), 3) END AS crp_mg_l,
  round(36.7 + 0.3 * ${normal(33)} + CASE WHEN hash(i + 35 * 10000019) % 200000 = 0 THEN 330 ELSE 0 END, 2) AS temperature_c,
  round(4.5 + 0.4 * ${normal(36)}, 3) AS potassium, round(140 + 3 * ${normal(38)}, 2) AS sodium,
  round(14 + 1.5 * ${normal(40)}, 2) AS haemoglobin, round(98 + ${normal(42)}, 2) AS saturation
  FROM range(${rows}) t(i)`;

/** What the report does, by the means of whoever would do it in Python: the same buckets, samples and tests. */
const python = `
import sys, time, numpy as np, pandas as pd, scipy.stats as st
from sklearn.ensemble import IsolationForest
from sklearn.feature_selection import mutual_info_regression
data = pd.read_parquet(sys.argv[1]) if sys.argv[1].endswith('.parquet') else pd.read_csv(sys.argv[1], parse_dates=['recorded_at'])
began = time.perf_counter()
numbers = [c for c in data.columns if data[c].dtype.kind in 'if' and c != 'visit_id']
for c in numbers:
    x = data[c].dropna().to_numpy(float); m = np.median(x); mad = np.median(np.abs(x - m)); q = np.quantile(x, [.25, .75])
    far = np.flatnonzero(np.abs(x - m) > 5.5 * 1.4826 * mad); far[np.argsort(-np.abs(x[far] - m))][:5]
series = data.set_index('recorded_at')[numbers].resample('12h').mean()
for c in numbers:
    y = series[c].interpolate().to_numpy(); y = y[: len(y) // 5 * 5].reshape(-1, 5).mean(axis=1) if len(y) > 600 else y
    st.kendalltau(np.arange(len(y)), y); st.theilslopes(y[:300])
sample = data.sample(10000, random_state=1)
table = sample[numbers].fillna(sample[numbers].median())
IsolationForest(n_estimators=100, max_samples=256, random_state=1).fit(table[:4096]).score_samples(table[:4096])
for c in numbers: mutual_info_regression(table[numbers], table[c], random_state=1)
table.corr(method='spearman'); table.corr()
for c in ['site', 'arm', 'sex', 'smoker', 'blood_group', 'ward']:
    data.groupby(c)['glucose_mg_dl'].agg(['count', 'mean', 'std'])
print(time.perf_counter() - began)
`;

async function pythonSeconds(): Promise<number | null> {
  const program = process.env.BENCH_PYTHON;
  if (program === undefined) return null;
  const { stdout } = await promisify(execFile)(program, ['-c', python, path]);
  return Number(stdout.trim());
}

const server = await startServer();
try {
  {
    using db = await openDuckDb({ memoryMb: 800, threads: 2, tempFolder: folder });
    await db.run(`COPY (${table}) TO ${quoteLiteral(path)} (FORMAT csv, HEADER)`);
  }
  const { datasetId } = await addDataset(server, path);
  const times = { ours: [] as number[], peer: [] as number[] };
  const hashes = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    times.ours.push(
      await timed(async () => {
        const { report } = await server.client.insights.generate({
          body: { dataset_id: datasetId, measure: 'glucose_mg_dl' },
        });
        hashes.add(report?.result_sha256 ?? 'none');
        console.log(
          JSON.stringify({
            bench: 'insights',
            findings: report?.finding_count,
            tests: report?.tests,
            server_ms: report?.execution_ms,
          }),
        );
      }),
    );
    const seconds = await pythonSeconds();
    if (seconds !== null) times.peer.push(seconds * 1000);
  }
  const our = median(times.ours);
  const their = times.peer.length > 0 ? median(times.peer) : null;
  print({
    bench: 'insights',
    figure: `${rows} rows x 20, request to findings`,
    unit: 'ms',
    ours: Math.round(our),
    peer: their === null ? null : Math.round(their),
    peer_name: their === null ? null : 'pandas, SciPy and scikit-learn, the file in memory',
    ratio: their === null ? null : Number((our / their).toFixed(2)),
    target: '< 5000',
    ok: our < 5000,
  });
  print({
    bench: 'insights',
    figure: 'different results of the same generation',
    unit: 'results',
    ours: hashes.size,
    peer: null,
    peer_name: null,
    ratio: null,
    target: '= 1',
    ok: hashes.size === 1,
  });
  printNoise('insights', times.peer.length > 0 ? times : { ours: times.ours });
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
