import type { RowExplanation } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../../lib/cell.ts';
import { formatNumber } from '../../../../lib/format.ts';
import { valueText } from './value-text.ts';

const mostColumns = 10;
/** Of the axis: what is free beyond the bars. */
const freeShare = 0.14;
/** What a label takes beside its bar. */
const labelPixels = 56;
const columns: readonly Column[] = [
  { name: 'step', type: 'text' },
  { name: 'from', type: 'number' },
  { name: 'to', type: 'number' },
  { name: 'contribution', type: 'number' },
  { name: 'direction', type: 'text' },
  { name: 'label', type: 'text' },
];

/** From what the model says on average to what it says of this row, one column at a time. */
export function Waterfall({ explanation, target }: { explanation: RowExplanation; target: string }) {
  const { t } = useTranslation('models');
  const { label, method, scale } = explanation;
  const rows = useMemo<Row[]>(
    () => stepsOf(explanation, { base: t('on_average'), rest: t('other_columns'), end: t('this_row') }),
    [explanation, t],
  );
  const spec = useMemo(() => {
    const ends = scale === 'probability' ? probable(rows) : null;
    const y = { field: 'step', type: 'nominal', sort: null, title: null, axis: { labelLimit: 220 } };
    const title =
      label === null ? target : t(scale === 'margin' ? 'axis_margin' : 'axis_probability', { label });
    const x = {
      type: 'quantitative',
      title,
      axis: { tickCount: 6 },
      scale: ends === null ? { zero: false, padding: 48 } : { domain: ends, nice: false },
    };
    const [low, high] = ends ?? [0, 0];
    const width = `${(high - low) * labelPixels} / width`;
    const beyond = ends === null ? 'false' : `max(datum.from, datum.to) > ${high} - ${width}`;
    const before = `min(datum.from, datum.to) > ${low} + ${width}`;
    const text = { field: 'label' };
    return {
      height: Math.max(320, 48 + 30 * rows.length),
      layer: [
        {
          mark: { type: 'bar', height: { band: 0.6 }, cornerRadius: 2 },
          encoding: {
            y,
            x: { ...x, field: 'from' },
            x2: { field: 'to' },
            color: {
              field: 'direction',
              type: 'nominal',
              scale: { domain: ['up', 'down', 'level'], range: ['#009E73', '#D55E00', '#8a8f98'] },
              legend: null,
            },
          },
        },
        {
          transform: [{ filter: `!(${beyond})` }, { calculate: 'max(datum.from, datum.to)', as: 'edge' }],
          mark: { type: 'text', align: 'left', dx: 6, tooltip: false },
          encoding: { y, x: { ...x, field: 'edge' }, text },
        },
        {
          transform: [
            { filter: beyond },
            { calculate: `${before} ? min(datum.from, datum.to) : max(datum.from, datum.to)`, as: 'edge' },
          ],
          mark: { type: 'text', align: 'right', dx: -6, tooltip: false },
          encoding: { y, x: { ...x, field: 'edge' }, text },
        },
        {
          mark: { type: 'tick', thickness: 2, height: { band: 0.6 }, tooltip: false },
          encoding: { y, x: { ...x, field: 'to' } },
        },
      ],
    };
  }, [t, rows, label, target, scale]);
  return (
    <div>
      <ChartPanel
        title={label === null ? t('why') : t('why_label', { label })}
        spec={spec}
        columns={columns}
        rows={rows}
      />
      <p className="mt-2 text-small text-ink-faint">
        {t(`method_${method}`)} {scale === 'margin' && t('margin_note')}
      </p>
    </div>
  );
}

/** From a little below the least to a little above the greatest, and never past what a probability can be. */
function probable(rows: readonly Row[]): [number, number] {
  const ends = rows.flatMap(([, from, to]) => [Number(from), Number(to)]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = freeShare * Math.max(high - low, 0.01);
  return [Math.max(0, low - room), Math.min(1, high + room)];
}

function stepsOf(
  { base, value, contributions }: RowExplanation,
  words: { base: string; rest: string; end: string },
): Row[] {
  const shown = contributions.slice(0, mostColumns);
  const rest = contributions.slice(mostColumns).reduce((sum, each) => sum + each.contribution, 0);
  let at = base;
  const step = (name: string, contribution: number): Row => {
    const from = at;
    at += contribution;
    const sign = contribution < 0 ? '−' : '+';
    const label = `${sign}${formatNumber(Math.abs(contribution), 3)}`;
    return [name, from, at, contribution, contribution < 0 ? 'down' : 'up', label];
  };
  return [
    [words.base, base, base, 0, 'level', formatNumber(base)],
    ...shown.map((each) => step(`${each.column} = ${valueText(each.value)}`, each.contribution)),
    ...(contributions.length > mostColumns ? [step(words.rest, rest)] : []),
    [words.end, value, value, 0, 'level', formatNumber(value)],
  ];
}
