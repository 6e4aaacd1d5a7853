import { cellText, type Field, measured, numberOf, type Roles } from './fields.ts';
import { numberText } from './locale.ts';
import { drawn, type Spec } from './marks.ts';
import { momentText } from './moments.ts';
import { chartColours } from './theme.ts';
import type { ChartAnswer, ChartLook, ChartTile, DrawnTile, NumberFacts } from './tile.ts';

/** The number of a tile, its change against what the options name, and what status it has. */
export function numberFacts(
  tile: ChartTile,
  answer: ChartAnswer,
  roles: Roles,
  look: ChartLook,
): NumberFacts | null {
  const measure = roles.measures[0] ?? roles.dimensions.find(({ kind }) => kind === 'quantitative');
  if (measure === undefined) return null;
  const field = measured(measure, tile);
  const { options } = tile;
  const label = roles.dimensions.find((each) => each !== measure);
  const trail = answer.rows.flatMap((row) => {
    const value = numberOf(row[measure.at]);
    return value === null
      ? []
      : [{ label: label === undefined ? '' : cellText(label, row, tile, look), value }];
  });
  const last = trail.at(-1);
  return {
    value: last?.value ?? null,
    text: last === undefined ? '–' : numberText(last.value, look.locale, options),
    unit: field.unit,
    change: last === undefined ? null : changeOf(tile, answer, field, trail, last.value, look),
    status: last === undefined ? null : statusOf(tile, last.value),
    target: options.target === undefined ? null : numberText(options.target, look.locale, options),
    trail: trail.length > 1 ? trail : [],
  };
}

/** The status of the highest threshold that the value reaches. */
function statusOf({ options }: ChartTile, value: number): NumberFacts['status'] {
  const reached = (options.thresholds ?? []).filter(({ at }) => value >= at);
  return reached.toSorted((a, b) => a.at - b.at).at(-1)?.status ?? null;
}

function changeOf(
  { options }: ChartTile,
  answer: ChartAnswer,
  field: Field,
  trail: readonly { label: string; value: number }[],
  value: number,
  look: ChartLook,
): NumberFacts['change'] {
  const compare = options.compare ?? 'none';
  if (compare === 'none') return null;
  const before = comparedWith(compare, answer, field, trail, look);
  if (before === null) return null;
  const absolute = value - before.value;
  const relative = before.value === 0 ? null : absolute / Math.abs(before.value);
  const direction = absolute > 0 ? 'up' : absolute < 0 ? 'down' : 'same';
  const sign = absolute > 0 ? '+' : absolute < 0 ? '−' : '±';
  const amount =
    relative === null || options.format === 'percent'
      ? numberText(Math.abs(absolute), look.locale, options)
      : numberText(Math.abs(relative), look.locale, { format: 'percent', decimals: 1 });
  const wish = options.higher_is ?? 'neutral';
  return {
    absolute,
    relative,
    text: `${sign}${amount}`,
    direction,
    good: wish === 'neutral' || direction === 'same' ? null : (wish === 'better') === (direction === 'up'),
    since: before.label === '' ? null : before.label,
  };
}

function comparedWith(
  compare: 'first' | 'previous_period',
  answer: ChartAnswer,
  field: Field,
  trail: readonly { label: string; value: number }[],
  look: ChartLook,
): { label: string; value: number } | null {
  if (compare === 'first') return trail.length > 1 ? (trail[0] ?? null) : null;
  const { comparison } = answer;
  if (comparison) {
    const value = numberOf(comparison.rows.at(-1)?.[field.at]);
    const day = (iso: string) => momentText(Date.parse(iso), 'day', look.locale);
    return value === null ? null : { label: `${day(comparison.from)} – ${day(comparison.to)}`, value };
  }
  return trail.at(-2) ?? null;
}

/** The number as a picture, for exports: figure, unit, change and the line of its values. */
export function numberChart(number: NumberFacts, look: ChartLook): DrawnTile {
  const colours = chartColours(look.scheme === 'dark');
  const size = Math.max(
    20,
    Math.min(44, look.height / 3, (look.width - 24) / Math.max(4, number.text.length) / 0.62),
  );
  const colour = number.status ? colours.status[number.status] : colours.ink;
  const text = (words: string, mark: Spec): Spec => ({
    data: { values: [{}] },
    mark: { type: 'text', text: words, align: 'left', baseline: 'top', x: 8, tooltip: null, ...mark },
  });
  const { change } = number;
  const changeColour =
    change === null || change.good === null
      ? colours.soft
      : colours.status[change.good ? 'good' : 'critical'];
  const arrow = { up: '▲', down: '▼', same: '■' };
  const below = 8 + size * 1.15;
  const layer: Spec[] = [
    text(number.unit === null ? number.text : `${number.text} ${number.unit}`, {
      y: 8,
      fontSize: size,
      fontWeight: 600,
      color: colour,
    }),
    ...(change === null
      ? []
      : [
          text(
            [
              `${arrow[change.direction]} ${change.text}`,
              ...(change.since === null ? [] : [change.since]),
            ].join('  '),
            { y: below, fontSize: 12, color: changeColour },
          ),
        ]),
    ...(number.trail.length > 2 && look.height > below + 56
      ? [
          {
            mark: { type: 'line', strokeWidth: 1.5, tooltip: null },
            encoding: {
              x: {
                field: 'place',
                type: 'quantitative',
                axis: null,
                scale: { range: [8, look.width - 8], nice: false, zero: false },
              },
              y: {
                field: 'value',
                type: 'quantitative',
                axis: null,
                scale: { zero: false, range: [look.height - 10, below + 26] },
              },
            },
          },
        ]
      : []),
  ];
  const rows = number.trail.map(({ value, label }, place) => ({ place, value, label }));
  return drawn(look, { layer, autosize: { type: 'none' } }, rows, { number, form: 'number' });
}
