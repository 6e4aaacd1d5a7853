import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Finding } from '@stroma/contracts';
import { sharedData } from '../../../scripts/shared-data.ts';

/** How calls meet windows: `found` of `windows` hold a call, `right` of `calls` lie in a window. */
export interface WindowScore {
  windows: number;
  found: number;
  calls: number;
  right: number;
  recall: number | null;
  precision: number | null;
}

export interface NabScores {
  series: { name: string; windows: number; ours: WindowScore; plain: WindowScore }[];
  ours: WindowScore;
  plain: WindowScore;
}

/** From and to, in milliseconds. */
type Stretch = [number, number];

/** Every labelled series of the pool; null where it is absent. `findings` are those of a whole generation. */
export async function nabScores(findings: (path: string) => Promise<Finding[]>): Promise<NabScores | null> {
  const labels = sharedData('wearable/nab/combined_windows.json');
  if (labels === null) return null;
  const windowsOf = new Map(
    Object.entries(JSON.parse(readFileSync(labels, 'utf8')) as Record<string, [string, string][]>).map(
      ([name, windows]) => [
        basename(name),
        windows.map(([from, to]): Stretch => [momentOf(from), momentOf(to)]),
      ],
    ),
  );
  const folder = dirname(labels);
  const series: NabScores['series'] = [];
  for (const name of readdirSync(folder)
    .filter((each) => windowsOf.has(each))
    .sort()) {
    const windows = windowsOf.get(name) ?? [];
    const path = join(folder, name);
    const called = (await findings(path)).flatMap(stretchOf);
    series.push({
      name,
      windows: windows.length,
      ours: scoreOf(windows, called),
      plain: scoreOf(windows, plainStretches(path)),
    });
  }
  return { series, ours: sum(series.map(({ ours }) => ours)), plain: sum(series.map(({ plain }) => plain)) };
}

/** What a person is told to look at: odd periods, and the moments at which level or scatter change. */
function stretchOf({ kind, period }: Finding): Stretch[] {
  if (period === null) return [];
  const from = momentOf(period.from);
  if (kind === 'odd_period') return [[from, momentOf(period.to)]];
  return kind === 'level_change' || kind === 'variance_change' ? [[from, from]] : [];
}

function scoreOf(windows: readonly Stretch[], calls: readonly Stretch[]): WindowScore {
  const meets = ([a, b]: Stretch, [c, d]: Stretch) => a <= d && c <= b;
  return shares({
    windows: windows.length,
    found: windows.filter((window) => calls.some((call) => meets(window, call))).length,
    calls: calls.length,
    right: calls.filter((call) => windows.some((window) => meets(window, call))).length,
  });
}

const shares = (score: Omit<WindowScore, 'recall' | 'precision'>): WindowScore => ({
  ...score,
  recall: score.windows > 0 ? score.found / score.windows : null,
  precision: score.calls > 0 ? score.right / score.calls : null,
});

function sum(scores: readonly WindowScore[]): WindowScore {
  const of = (name: 'windows' | 'found' | 'calls' | 'right') =>
    scores.reduce((total, score) => total + score[name], 0);
  return shares({ windows: of('windows'), found: of('found'), calls: of('calls'), right: of('right') });
}

/** Values 3 standard deviations from the mean, those within half a hundredth of the series of each other as one call. */
function plainStretches(path: string): Stretch[] {
  const rows = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .map(([at = '', value = '']) => ({ at: momentOf(at), value: Number(value) }));
  const mean = rows.reduce((total, { value }) => total + value, 0) / rows.length;
  const sd = Math.sqrt(rows.reduce((total, { value }) => total + (value - mean) ** 2, 0) / (rows.length - 1));
  const gap = Math.max(1, Math.floor(rows.length * 0.005));
  const stretches: Stretch[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const [index, { at, value }] of rows.entries()) {
    if (Math.abs(value - mean) <= 3 * sd) continue;
    const open = stretches.at(-1);
    if (open !== undefined && index - last <= gap) open[1] = at;
    else stretches.push([at, at]);
    last = index;
  }
  return stretches;
}

/** NAB writes moments without a zone; the server tells them in UTC. */
const momentOf = (text: string): number =>
  Date.parse(`${text.trim().replace(' ', 'T').slice(0, 19)}${text.length > 10 ? 'Z' : ''}`);
