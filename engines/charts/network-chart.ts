import { inWords, measured, nameOf, numberOf, type Roles } from './fields.ts';
import { chartWord, numberText } from './locale.ts';
import type { Value } from './marks.ts';
import { categoryColours, chartColours } from './theme.ts';
import type { ChartAnswer, ChartLook, ChartTile, DrawnTile } from './tile.ts';

const mostNodes = 400;

/**
 * Who is tied to whom: each row a tie from the first name to the second, as thick as its measure; a node as large as
 * its ties together. Laid out by forces until they rest, always the same way. Past 400 nodes the weakest ties go.
 */
export function networkChart(tile: ChartTile, answer: ChartAnswer, roles: Roles, look: ChartLook): DrawnTile {
  const colours = chartColours(look.scheme === 'dark');
  const [from, second] = roles.dimensions;
  const to = second ?? roles.split;
  const measure = roles.measures[0] && measured(roles.measures[0], tile);
  const ties = answer.rows
    .flatMap((row, at) => {
      if (from === undefined || to == null) return [];
      const weight = measure === undefined ? 1 : (numberOf(row[measure.at]) ?? 0);
      return weight > 0
        ? [
            {
              row: at,
              source: nameOf(row[from.at], look),
              target: nameOf(row[to.at], look),
              weight,
              on: look.isSelected?.(row) ?? true,
            },
          ]
        : [];
    })
    .toSorted((a, b) => b.weight - a.weight);
  const strength = new Map<string, number>();
  const kept = ties.filter(({ source, target, weight }) => {
    const fresh = [source, target].filter((name) => !strength.has(name));
    if (strength.size + fresh.length > mostNodes) return false;
    for (const name of new Set([source, target])) strength.set(name, (strength.get(name) ?? 0) + weight);
    return true;
  });
  const names = [...strength.keys()];
  const heaviest = Math.max(1, ...strength.values());
  const thickest = Math.max(1, ...kept.map(({ weight }) => weight));
  const word = measure === undefined ? chartWord(look.locale, 'count') : inWords(measure.name);
  const text = (value: number) => numberText(value, look.locale, tile.options);
  const left = new Set(kept.map(({ source }) => source));
  const palette = categoryColours(look.scheme === 'dark');
  const nodes: Value[] = names.map((name, index) => {
    const weight = strength.get(name) ?? 0;
    return {
      index,
      name,
      middleX: look.width / 2,
      middleY: look.height / 2,
      radius: 4 + 12 * Math.sqrt(weight / heaviest),
      colour: left.has(name) ? palette[0] : palette[1],
      tip: { [name]: `${word} ${text(weight)}` },
    };
  });
  const place = new Map(names.map((name, index) => [name, index]));
  const links: Value[] = kept.map((tie) => ({
    row: tie.row,
    source: place.get(tie.source),
    target: place.get(tie.target),
    width: 0.75 + 3.25 * (tie.weight / thickest),
    on: tie.on,
    tip: { [`${tie.source} – ${tie.target}`]: `${word} ${text(tie.weight)}` },
  }));
  const labelled = tile.options.labels ?? names.length <= 60;
  const distance = Math.max(
    24,
    Math.min(110, Math.sqrt((look.width * look.height) / Math.max(1, names.length)) * 0.8),
  );
  const halo = { value: colours.surface };
  const spec = {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width: look.width - 8,
    height: look.height - 8,
    autosize: 'none',
    data: [{ name: 'nodes' }, { name: 'rows' }],
    marks: [
      {
        name: 'circles',
        type: 'symbol',
        zindex: 1,
        from: { data: 'nodes' },
        encode: {
          enter: {
            fill: { field: 'colour' },
            stroke: { value: colours.surface },
            size: { signal: 'datum.radius * datum.radius * 3.1' },
            tooltip: { signal: 'datum.tip' },
          },
        },
        transform: [
          {
            type: 'force',
            iterations: 300,
            static: true,
            signal: 'force',
            forces: [
              { force: 'center', x: { signal: 'width / 2' }, y: { signal: 'height / 2' } },
              { force: 'collide', radius: Math.min(17, distance / 2) },
              { force: 'nbody', strength: -distance * 2.2 },
              { force: 'link', links: 'rows', distance },
              { force: 'x', x: 'datum.middleX', strength: 0.08 },
              { force: 'y', y: 'datum.middleY', strength: 0.12 },
            ],
          },
        ],
      },
      {
        type: 'path',
        from: { data: 'rows' },
        interactive: true,
        encode: {
          enter: {
            stroke: { value: colours.faint },
            strokeWidth: { field: 'width' },
            strokeOpacity: { signal: 'datum.on ? 0.55 : 0.12' },
            cursor: { value: 'pointer' },
            tooltip: { signal: 'datum.tip' },
          },
        },
        transform: [
          {
            type: 'linkpath',
            require: { signal: 'force' },
            shape: 'line',
            sourceX: 'datum.source.x',
            sourceY: 'datum.source.y',
            targetX: 'datum.target.x',
            targetY: 'datum.target.y',
          },
        ],
      },
      ...(labelled
        ? [
            nameMark({ fill: halo, stroke: halo, strokeWidth: { value: 3 } }),
            nameMark({ fill: { value: colours.ink } }),
          ]
        : []),
    ],
  };
  return {
    form: 'chart',
    grammar: 'vega',
    spec,
    data: { nodes, rows: links },
    outlines: null,
    number: null,
    notShown: ties.length > kept.length ? [`+${ties.length - kept.length}`] : [],
  };
}

/** The name of a node beside it. */
const nameMark = (paint: object) => ({
  type: 'text',
  zindex: 2,
  interactive: false,
  from: { data: 'circles' },
  encode: {
    enter: {
      ...paint,
      text: { signal: 'datum.datum.name' },
      fontSize: { value: 11 },
      baseline: { value: 'middle' },
      align: { value: 'left' },
      limit: { value: 110 },
    },
    update: { x: { signal: 'datum.x + datum.datum.radius + 3' }, y: { signal: 'datum.y' } },
  },
});
