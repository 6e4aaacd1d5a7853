import type { ChartColumn, ChartRow } from './tile.ts';

type Spec = Record<string, unknown>;

const isSpec = (value: unknown): value is Spec =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A Vega-Lite spec made ready for its place: as wide as that, without a title of its own (the panel has it), in
 * the theme's colours, and with whole-number axes that step by whole numbers. One that sets its own step or facets
 * keeps its width. `ownHeight` (pixels) goes before the height it names.
 */
export function fittedSpec(
  spec: Spec,
  columns: readonly ChartColumn[],
  rows: readonly ChartRow[],
  width: number,
  ownHeight?: number,
): Spec {
  const { title: _, ...rest } = spec;
  const whole = new Map(
    columns.flatMap(({ name, type }, at) =>
      type === 'integer' ? [[name, looksLikeYears(rows, at)] as const] : [],
    ),
  );
  const drawn = withWholeAxes(rest, whole);
  if (isSpec(spec.width) || 'facet' in spec || 'hconcat' in spec || 'vconcat' in spec) return drawn;
  const height = ownHeight ?? (spec.height === undefined || spec.height === 'container' ? 320 : spec.height);
  return { ...drawn, width, height, autosize: { type: 'fit', contains: 'padding' } };
}

/** Years are written without a thousands mark. */
function looksLikeYears(rows: readonly ChartRow[], at: number): boolean {
  return rows.every((row) => {
    const value = row[at];
    return value === null || (typeof value === 'number' && value >= 1000 && value < 3000);
  });
}

const colourChannels: ReadonlySet<string> = new Set(['color', 'fill', 'stroke']);

/** The theme has the colours: a scheme named by the spec gives way to it. */
function withThemeColours(definition: Spec): Spec {
  if (!isSpec(definition.scale)) return definition;
  const { scheme: _, ...scale } = definition.scale;
  return { ...definition, scale };
}

function withWholeAxes(spec: Spec, whole: ReadonlyMap<string, boolean>): Spec {
  const encoding = isSpec(spec.encoding) ? spec.encoding : {};
  const changed = Object.entries(encoding).map(([channel, definition]) => {
    if (colourChannels.has(channel) && isSpec(definition)) return [channel, withThemeColours(definition)];
    const isAxis = channel === 'x' || channel === 'y';
    if (!isAxis || !isSpec(definition) || definition.axis === null || definition.type !== 'quantitative')
      return [channel, definition];
    const years = typeof definition.field === 'string' ? whole.get(definition.field) : undefined;
    if (years === undefined || definition.aggregate !== undefined || definition.bin)
      return [channel, definition];
    const axis = {
      tickMinStep: 1,
      ...(years && { format: 'd' }),
      ...(isSpec(definition.axis) && definition.axis),
    };
    return [channel, { ...definition, axis }];
  });
  const layers = Array.isArray(spec.layer)
    ? { layer: spec.layer.map((layer) => (isSpec(layer) ? withWholeAxes(layer, whole) : layer)) }
    : {};
  return { ...spec, ...(isSpec(spec.encoding) && { encoding: Object.fromEntries(changed) }), ...layers };
}
