import type { GlobalExplanation } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../../components/chart/chart-panel.tsx';
import { type Column, cellLabel, type Row } from '../../../../lib/cell.ts';

const mostColumns = 15;
const columns: readonly Column[] = [
  { name: 'column', type: 'text' },
  { name: 'value', type: 'text' },
  { name: 'level', type: 'number' },
  { name: 'contribution', type: 'number' },
  { name: 'offset', type: 'number' },
];

/** A point for each row: how much each column moved what the model says, coloured by where its value stands. */
export function Beeswarm({ explanation, unit }: { explanation: GlobalExplanation; unit: string | null }) {
  const { t } = useTranslation('models');
  const rows = useMemo<Row[]>(() => {
    const shown = explanation.columns.slice(0, mostColumns);
    const all = shown.flatMap(({ points }) => points.map(({ contribution }) => contribution));
    const width = Math.max(...all) - Math.min(...all) || 1;
    return shown.flatMap(({ column, points }) => {
      const offsets = swarm(
        points.map(({ contribution }) => contribution),
        width / 90,
      );
      return points.map(({ value, level, contribution }, at) => [
        column,
        cellLabel(value),
        level,
        contribution,
        offsets[at] ?? 0,
      ]);
    });
  }, [explanation]);
  const lines = Math.min(mostColumns, explanation.columns.length);
  const sort = useMemo(
    () => explanation.columns.slice(0, mostColumns).map(({ column }) => column),
    [explanation],
  );
  const title = explanation.label === null ? t('beeswarm') : t('beeswarm_of', { label: explanation.label });
  const { scale } = explanation;
  const spec = useMemo(() => {
    const place = {
      y: { field: 'column', type: 'nominal', sort, title: null, axis: { grid: true } },
      yOffset: { field: 'offset', type: 'quantitative', scale: { domain: [-1, 1] } },
      x: {
        field: 'contribution',
        type: 'quantitative',
        axis: { tickCount: 6 },
        title:
          unit !== null
            ? t('axis_contribution_in', { unit })
            : t(scale === 'margin' ? 'axis_contribution_margin' : 'axis_contribution'),
      },
    };
    return {
      height: Math.max(320, 80 + 34 * lines),
      layer: [
        {
          data: { values: [{ zero: 0 }] },
          mark: { type: 'rule', strokeWidth: 1 },
          encoding: { x: { field: 'zero', type: 'quantitative' } },
        },
        {
          transform: [{ filter: '!isValid(datum.level)' }],
          mark: { type: 'circle', size: 18, opacity: 0.75, color: '#8a8f98' },
          encoding: place,
        },
        {
          transform: [{ filter: 'isValid(datum.level)' }],
          mark: { type: 'circle', size: 18, opacity: 0.75 },
          encoding: {
            ...place,
            color: {
              field: 'level',
              type: 'quantitative',
              scale: { domain: [0, 1] },
              title: t('level'),
              legend: {
                orient: 'bottom',
                values: [0, 1],
                labelExpr: `datum.value > 0 ? '${t('high')}' : '${t('low')}'`,
              },
            },
          },
        },
      ],
    };
  }, [t, lines, unit, sort, scale]);
  return <ChartPanel title={title} spec={spec} columns={columns} rows={rows} />;
}

/** Offsets, -1 to 1, at which points of nearly the same value stand beside each other, the denser the further out. */
function swarm(values: readonly number[], near: number): number[] {
  const bins = new Map<number, number[]>();
  values.forEach((value, at) => {
    const bin = Math.round(value / near);
    const there = bins.get(bin);
    if (there === undefined) bins.set(bin, [at]);
    else there.push(at);
  });
  const densest = Math.max(1, ...[...bins.values()].map(({ length }) => length));
  const offsets = new Array<number>(values.length).fill(0);
  for (const members of bins.values())
    members.forEach((at, place) => {
      offsets[at] = ((place - (members.length - 1) / 2) / Math.max(densest / 2, 6)) * 0.9;
    });
  return offsets;
}
