import type { Answer } from '@stroma/contracts';
import { type Output, printable } from '../output.ts';
import { cellText, countText, plural, tableView } from './table-view.ts';

const shownRows = 40;

export function answerView(answer: Answer, output: Output): string {
  const { tint } = output;
  if (answer.sql === null) return unanswerableView(answer, output);
  const numeric = new Set(['integer', 'number']);
  const columns = answer.columns.map(({ name, type }) => ({ title: name, right: numeric.has(type) }));
  const rows = answer.rows.slice(0, shownRows).map((row) => row.map(cellText));
  const parts: string[] = [];
  if (answer.interpretation?.sentence) parts.push(tint('bold', printable(answer.interpretation.sentence)));
  parts.push(tableView(columns, rows, (text) => tint('bold', text)));
  const left = answer.rows.length - rows.length;
  if (left > 0) parts.push(tint('dim', `and ${plural(left, 'more row')}; --csv or --json prints all`));
  if (answer.truncated)
    parts.push(tint('yellow', `Cut at ${countText(answer.rows.length)} rows; --limit takes more.`));
  if (answer.explanation) parts.push(printable(answer.explanation));
  if (answer.note !== null) parts.push(tint('yellow', printable(answer.note)));
  if (answer.stale) parts.push(tint('yellow', 'The engine was slow: this is an earlier answer.'));
  const how = [
    `${Math.round(answer.execution_ms)} ms`,
    ...(answer.cached ? ['cached'] : []),
    ...(answer.kind === 'natural' ? [`confidence ${Math.round(answer.confidence * 100)} %`] : []),
  ].join(', ');
  if (answer.kind === 'natural') parts.push(tint('dim', answer.sql));
  parts.push(tint('dim', how));
  return parts.join('\n\n');
}

function unanswerableView({ unanswerable, explanation }: Answer, { tint }: Output): string {
  const { reason = explanation, not_understood = [], suggestions = [] } = unanswerable ?? {};
  const parts = [printable(reason)];
  if (not_understood.length > 0)
    parts.push(`Not understood: ${not_understood.map((word) => tint('yellow', printable(word))).join(', ')}`);
  if (suggestions.length > 0)
    parts.push(['You could ask:', ...suggestions.map((each) => `  ${printable(each)}`)].join('\n'));
  return parts.join('\n\n');
}
