import type { TrainingDocument } from '../commands/train.ts';
import type { Output } from '../output.ts';
import { printable } from '../output.ts';
import { pad } from './table-view.ts';

const short = (value: number): string => String(Number(value.toPrecision(4)));
const between = (ci: readonly [number, number] | null): string =>
  ci === null ? '' : `${short(ci[0])} to ${short(ci[1])}`;
const mostModels = 12;

export function trainingView(document: TrainingDocument, output: Output): string {
  const { holdout, leaderboard, metric } = document;
  const lines = [
    output.tint('bold', `${printable(document.target)}: ${document.problem_type}`),
    ...document.problem_reasons.map(printable),
    '',
    ...document.decisions.map(({ message }) => printable(message)),
    ...document.leaks.map(({ message }) => output.tint('yellow', printable(message))),
    '',
    `${pad('model', 24)} ${pad(metric, 10, true)}  95 % of folds`,
    ...leaderboard.slice(0, mostModels).map(
      // A network is listed by what stopped it.
      ({ model, metric: own, score, ci, weight }) =>
        `${pad(model, 24)} ${pad(short(score), 10, true)}  ${own === metric ? '' : `${own}  `}${between(ci)}${(weight ?? 0) > 0 && model !== 'ensemble' ? `  weight ${short(weight ?? 0)}` : ''}`,
    ),
  ];
  if (leaderboard.length > mostModels) lines.push(`... and ${leaderboard.length - mostModels} more`);
  if (holdout !== null) {
    lines.push('', `On ${holdout.rows} rows that no choice has seen:`);
    for (const { metric: name, score, ci } of holdout.scores)
      lines.push(`${pad(name, 24)} ${pad(short(score), 10, true)}  ${between(ci)}`);
    if (holdout.coverage !== null)
      lines.push(`${pad('within their interval', 24)} ${pad(short(holdout.coverage), 10, true)}`);
  }
  lines.push(
    '',
    `${document.stopped.message} ${short(document.seconds)} s.`,
    document.model_file === null
      ? `Model ${document.model_id}, version ${document.version ?? 1}, at ${printable(document.server ?? '')}`
      : `Model ${document.model_id}, kept in ${printable(document.model_file)}`,
  );
  return lines.join('\n');
}

export function explanationView(document: {
  row: number;
  target: string;
  label: string | null;
  base: number;
  value: number;
  contributions: { column: string; contribution: number }[];
}): string {
  const what =
    document.label === null ? document.target : `probability of ${document.target} = ${document.label}`;
  return [
    printable(`Row ${document.row}: ${what} ${short(document.value)}, on average ${short(document.base)}`),
    ...document.contributions
      .slice(0, 15)
      .map(
        ({ column, contribution }) =>
          `${pad(printable(column), 28)} ${pad(`${contribution >= 0 ? '+' : ''}${short(contribution)}`, 12, true)}`,
      ),
    ...(document.contributions.length > 15
      ? [`... and ${document.contributions.length - 15} more columns`]
      : []),
  ].join('\n');
}
