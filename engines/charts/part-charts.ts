import { cellText, inWords, measured, nameOf, numberOf, type Roles, tipOf } from './fields.ts';
import { chartWord, numberText } from './locale.ts';
import { drawn, opacity, type Spec, seriesColour, tooltip, type Value } from './marks.ts';
import { chartColours } from './theme.ts';
import type { ChartAnswer, ChartLook, ChartTile, DrawnTile } from './tile.ts';

const mostSlices = 8;

/** Shares of a whole, largest first; what goes past eight is put together. Values that are not positive have no share. */
export function pieChart(tile: ChartTile, answer: ChartAnswer, roles: Roles, look: ChartLook): DrawnTile {
  const name = roles.dimensions[0] ?? roles.split;
  const measure = roles.measures[0];
  if (measure === undefined) return drawn(look, { mark: 'arc' }, []);
  const field = measured(measure, tile);
  const all = answer.rows
    .flatMap((row, at) => {
      const value = numberOf(row[measure.at]);
      if (value === null || value <= 0) return [];
      const label =
        name == null
          ? field.title
          : name.kind === 'nominal'
            ? nameOf(row[name.at], look)
            : cellText(name, row, tile, look);
      const fields = name == null ? [field] : [name, field];
      return [
        {
          row: at,
          series: label,
          value,
          on: look.isSelected?.(row) ?? true,
          tip: tipOf(fields, row, tile, look),
        },
      ];
    })
    .toSorted((a, b) => b.value - a.value);
  const total = all.reduce((sum, { value }) => sum + value, 0);
  const share = (value: number) => numberText(value / total, look.locale, { format: 'percent', decimals: 1 });
  const kept = all.slice(0, all.length > mostSlices ? mostSlices - 1 : mostSlices);
  const rest = all.slice(kept.length);
  const sum = rest.reduce((added, { value }) => added + value, 0);
  const other = `${chartWord(look.locale, 'other')} (${rest.length})`;
  const slices = [
    ...kept,
    ...(rest.length === 0
      ? []
      : [
          {
            series: other,
            value: sum,
            on: true,
            tip: {
              [inWords(name?.name ?? '')]: other,
              [inWords(field.name)]: numberText(sum, look.locale, tile.options),
            },
          },
        ]),
  ].map((slice, order): Value & { series: unknown } => ({
    ...slice,
    order,
    share: share(Number(slice.value)),
    label: Number(slice.value) / total >= 0.06 ? share(Number(slice.value)) : '',
    tip: { ...(slice.tip as object), '%': share(Number(slice.value)) },
  }));
  const colours = chartColours(look.scheme === 'dark');
  const beside = look.width >= look.height * 1.25;
  const size = Math.min(look.height - (beside ? 16 : 60), look.width - (beside ? 170 : 16));
  const radius = Math.max(24, size / 2 - 2);
  const inner = tile.kind === 'donut' ? radius * 0.62 : 0;
  const names = slices.map(({ series }) => String(series));
  const coloured = seriesColour(
    { ...tile, options: { ...tile.options, legend: tile.options.legend ?? (beside ? 'right' : 'bottom') } },
    look,
    names,
    null,
    name?.name ?? null,
  );
  const isOther = rest.length > 0;
  const scale = coloured.scale as { domain: string[]; range: string[] };
  const range = scale.range.map((colour, at) =>
    isOther && at === names.length - 1 ? colours.faint : colour,
  );
  const theta = { field: 'value', type: 'quantitative', stack: true };
  const order = { field: 'order', type: 'quantitative' };
  const color = { ...coloured, scale: { domain: scale.domain, range } };
  const layer: Spec[] = [
    {
      mark: {
        type: 'arc',
        outerRadius: radius,
        innerRadius: inner,
        cursor: 'pointer',
        tooltip,
        stroke: colours.surface,
      },
      encoding: { theta, order, color, ...opacity(look) },
    },
    ...(tile.options.labels === false
      ? []
      : [
          {
            mark: {
              type: 'text',
              radius: inner === 0 ? radius * 0.66 : (radius + inner) / 2,
              fontSize: 11,
              fontWeight: 600,
              tooltip: null,
              color: '#ffffff',
              stroke: null,
            },
            encoding: {
              theta,
              order,
              text: { field: 'label' },
              detail: { field: 'series' },
              color: {
                condition: {
                  test: `indexof(${JSON.stringify(lightNames(names, range))}, datum.series) >= 0`,
                  value: '#17191c',
                },
                value: '#ffffff',
              },
            },
          },
        ]),
    ...(inner > 34 && measure.isAdditive
      ? [
          {
            data: { values: [{ total: numberText(total, look.locale, tile.options) }] },
            mark: { type: 'text', fontSize: Math.min(22, inner / 2.4), fontWeight: 600, tooltip: null },
            encoding: { text: { field: 'total' } },
          },
        ]
      : []),
  ];
  return drawn(look, { layer }, slices);
}

/** Those on whose colour dark letters read better than white ones. */
function lightNames(names: readonly string[], colours: readonly string[]): string[] {
  return names.filter((_, at) => luminance(colours[at] ?? '#000000') > 0.3);
}

/** Relative luminance of a colour `#rrggbb`, WCAG 2.2. */
function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const [red = 0, green = 0, blue = 0] = parts;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Where a number stands between two ends; bands by the thresholds, a line at the target. */
export function gaugeChart(
  tile: ChartTile,
  number: NonNullable<DrawnTile['number']>,
  look: ChartLook,
): DrawnTile {
  const { options } = tile;
  const colours = chartColours(look.scheme === 'dark');
  const value = number.value ?? 0;
  const low = options.min ?? Math.min(0, value);
  const high =
    options.max ??
    niceAbove(
      Math.max(value, options.target ?? value, ...(options.thresholds ?? []).map(({ at }) => at), low + 1),
    );
  const quarter = Math.PI / 2;
  const angle = (at: number) =>
    -quarter * 1.25 + Math.min(1, Math.max(0, (at - low) / (high - low))) * quarter * 2.5;
  const bands = (options.thresholds ?? []).toSorted((a, b) => a.at - b.at);
  const bandRoom = bands.length > 0 || options.target !== undefined ? 12 : 4;
  const radius = Math.max(
    30,
    Math.min((look.width - 24) / 2 - bandRoom, (look.height - 26 - bandRoom) / 1.71),
  );
  const inner = radius * 0.74;
  const middle = { x: look.width / 2, y: radius + bandRoom + 6 };
  const text = (at: number) => numberText(at, look.locale, options);
  const arcs: Spec[] = [
    { from: low, to: high, colour: colours.sunken, outer: radius, inner },
    {
      from: low,
      to: value,
      colour: number.status ? colours.status[number.status] : colours.accent,
      outer: radius,
      inner,
    },
    ...bands.map(({ at, status }, index) => ({
      from: at,
      to: bands[index + 1]?.at ?? high,
      colour: colours.status[status],
      outer: radius + 7,
      inner: radius + 3,
    })),
  ].map(({ from, to, colour, outer, inner: inside }) => ({
    data: { values: [{}] },
    mark: {
      type: 'arc',
      theta: angle(from),
      theta2: angle(to),
      outerRadius: outer,
      innerRadius: inside,
      color: colour,
      stroke: null,
      tooltip: null,
      ...middle,
    },
  }));
  const label = (words: string, mark: Spec): Spec => ({
    data: { values: [{}] },
    mark: { type: 'text', text: words, tooltip: null, ...middle, ...mark },
  });
  const end = (at: number, words: string): Spec =>
    label(words, {
      theta: angle(at),
      radius: (radius + inner) / 2,
      dy: 18,
      fontSize: 11,
      color: colours.faint,
    });
  const layer = [
    ...arcs,
    ...(options.target === undefined
      ? []
      : [
          {
            data: { values: [{}] },
            mark: {
              type: 'arc',
              theta: angle(options.target) - 0.012,
              theta2: angle(options.target) + 0.012,
              outerRadius: radius + 8,
              innerRadius: inner - 6,
              color: colours.ink,
              stroke: null,
              tooltip: null,
              ...middle,
            },
          },
        ]),
    label(number.text, { fontSize: Math.min(34, radius / 2.6), fontWeight: 600, color: colours.ink, dy: -2 }),
    ...(number.unit === null
      ? []
      : [label(number.unit, { fontSize: 12, color: colours.soft, dy: Math.min(34, radius / 2.6) * 0.8 })]),
    end(low, text(low)),
    end(high, text(high)),
  ];
  return drawn(look, { layer, autosize: { type: 'none' } }, [], { number, form: 'number' });
}

/** The next 1, 2 or 5 times a power of ten. */
function niceAbove(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}
