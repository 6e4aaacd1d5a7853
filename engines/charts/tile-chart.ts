import { boxChart, heatmapChart, histogramChart } from './distribution-charts.ts';
import { isNumeric, numberOf, rolesOf } from './fields.ts';
import { fittedSpec } from './fitted-spec.ts';
import { chartWord } from './locale.ts';
import { mapChart } from './map/map-chart.ts';
import { opacity } from './marks.ts';
import { momentOf } from './moments.ts';
import { networkChart } from './network-chart.ts';
import { numberChart, numberFacts } from './number-chart.ts';
import { gaugeChart, pieChart } from './part-charts.ts';
import { barChart, lineChart, scatterChart } from './series-charts.ts';
import type { ChartAnswer, ChartLook, ChartTile, DrawnTile, TileChart } from './tile.ts';

/**
 * A tile as a chart of the size and language given: the same specification in the browser and on the server. Missing
 * numbers are left out, a missing name is a group of its own. A spec of the tile's own is used as it is.
 */
export function tileChart(tile: ChartTile, answer: ChartAnswer, look: ChartLook): TileChart {
  const { kind } = tile;
  const isDrawn = kind !== 'table' && kind !== 'text';
  if (isDrawn && answer.columns.length === 0) return { form: 'empty', reason: 'no_columns' };
  if (isDrawn && answer.rows.length === 0) return { form: 'empty', reason: 'no_rows' };
  if (isDrawn && tile.spec !== null) return ownChart(tile.spec, answer, look);
  const roles = rolesOf(tile, answer);
  switch (kind) {
    case 'line':
    case 'area':
      return lineChart(tile, answer, roles, look);
    case 'bar':
      return barChart(tile, answer, roles, look);
    case 'scatter':
      return scatterChart(tile, answer, roles, look);
    case 'pie':
    case 'donut':
      return pieChart(tile, answer, roles, look);
    case 'histogram':
      return histogramChart(tile, answer, roles, look);
    case 'box':
      return boxChart(tile, answer, roles, look);
    case 'heatmap':
      return heatmapChart(tile, answer, roles, look);
    case 'map':
      return mapChart(tile, answer, roles, look);
    case 'network':
      return networkChart(tile, answer, roles, look);
    case 'number':
    case 'gauge': {
      const number = numberFacts(tile, answer, roles, look);
      if (number === null) return { form: 'empty', reason: 'no_columns' };
      return kind === 'gauge' ? gaugeChart(tile, number, look) : numberChart(number, look);
    }
    case 'table':
    case 'text':
      return { form: 'layout' };
  }
}

/** A spec of somebody's own, with the columns by their names. */
function ownChart(spec: Readonly<Record<string, unknown>>, answer: ChartAnswer, look: ChartLook): DrawnTile {
  const { columns, rows } = answer;
  const values = rows.map((row, at) => ({
    row: at,
    on: look.isSelected?.(row) ?? true,
    ...Object.fromEntries(
      columns.map(({ name, type }, place) => {
        const value = row[place] ?? null;
        if (isNumeric(type)) return [name, numberOf(value)];
        if (type === 'date' || type === 'timestamp') return [name, momentOf(value)];
        return [name, value ?? (type === 'text' ? chartWord(look.locale, 'missing') : null)];
      }),
    ),
  }));
  const fitted = fittedSpec(spec, columns, rows, look.width, look.height);
  const faded = look.isSelected !== undefined && 'encoding' in fitted && !('layer' in fitted);
  return {
    form: 'chart',
    grammar: 'vega-lite',
    spec: {
      data: { name: 'rows' },
      ...fitted,
      ...(faded && { encoding: { ...opacity(look), ...(fitted.encoding as object) } }),
    },
    data: { rows: values },
    outlines: null,
    number: null,
    notShown: [],
  };
}
