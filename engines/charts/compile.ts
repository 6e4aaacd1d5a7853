import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import { chartTheme } from './theme.ts';
import type { ChartLook, DrawnTile } from './tile.ts';

type VegaSpec = Parameters<typeof parse>[0];
type Options = ConstructorParameters<typeof View>[1];

/** A chart ready to be shown: its view, which is yet to be run. Expressions are interpreted, never evaluated. */
export async function chartView(
  chart: DrawnTile,
  look: Pick<ChartLook, 'scheme' | 'locale'>,
  options: Options = {},
): Promise<View> {
  const config = chartTheme(look.scheme === 'dark', look.locale);
  const data: Record<string, unknown[]> = { ...chart.data };
  if (chart.outlines !== null) data.outlines = await readOutlines(chart.outlines);
  const spec =
    chart.grammar === 'vega'
      ? withValues(chart.spec, data)
      : compile(
          {
            ...chart.spec,
            datasets: { ...(chart.spec.datasets as object), ...data },
          } as unknown as TopLevelSpec,
          { config },
        ).spec;
  const parsed = parse(spec as VegaSpec, chart.grammar === 'vega' ? config : undefined, { ast: true });
  return new View(parsed, { expr: expressionInterpreter, renderer: 'none', ...options } as Options);
}

/** A chart as an SVG document of its own, text as text. */
export async function chartSvg(
  chart: DrawnTile,
  look: Pick<ChartLook, 'scheme' | 'locale'>,
): Promise<string> {
  const view = await chartView(chart, look);
  try {
    await view.runAsync();
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function withValues(spec: Record<string, unknown>, data: Record<string, unknown[]>): Record<string, unknown> {
  const named = spec.data as { name: string }[];
  return { ...spec, data: named.map((each) => ({ ...each, values: data[each.name] ?? [] })) };
}

/** Outlines as GeoJSON features, read when a map is first drawn. */
async function readOutlines(region: 'world' | 'us_states'): Promise<unknown[]> {
  const { outlinesOf } = await import('./map/outlines.ts');
  return outlinesOf(region);
}
