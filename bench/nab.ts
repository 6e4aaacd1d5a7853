/**
 * The Numenta Anomaly Benchmark's windows on the series of the shared pool: how many are met and how much of what is
 * called lies in one, for what Insights calls odd or changed and for a plain z-score of 3, over HTTP from file to finding.
 *   node bench/nab.ts      a JSON line for each series and one for all
 */
import { nabScores } from '../server/data/insights/nab.suite.ts';
import { print, round } from './measure.ts';
import { addDataset, startServer } from './stroma-server.ts';

const server = await startServer();
try {
  const scores = await nabScores(async (path) => {
    const { datasetId } = await addDataset(server, path);
    const { report } = await server.client.insights.generate({ body: { dataset_id: datasetId } });
    return report?.findings ?? [];
  });
  if (scores === null) {
    console.log(
      JSON.stringify({ bench: 'nab', skipped: 'shared/data/wearable/nab is not beside the checkout' }),
    );
  } else {
    for (const { name, windows, ours, plain } of scores.series)
      console.log(JSON.stringify({ bench: 'nab', series: name, windows, ours, plain }));
    const { ours, plain } = scores;
    for (const figure of ['recall', 'precision'] as const) {
      const [our, their] = [ours[figure] ?? 0, plain[figure] ?? 0];
      print({
        bench: 'nab',
        figure,
        unit: 'share',
        ours: round(our, 3),
        peer: round(their, 3),
        peer_name: 'plain z-score of 3',
        ratio: their > 0 ? round(our / their) : null,
        target: 'reported',
        ok: true,
      });
    }
  }
} finally {
  await server.stop();
}
