/**
 * Tables as charts, the same in the browser and on the server.
 *
 *   tileChart  a tile, its answer, and where it is to stand -> a specification with its data, or what to do instead
 *   chartSvg   such a chart -> SVG
 *   chartView  such a chart -> a Vega view, for the browser
 */

export { chartSvg, chartView } from './compile.ts';
export { inWords, withUnit } from './fields.ts';
export { fittedSpec } from './fitted-spec.ts';
export { numberText } from './locale.ts';
export { type TextBlock, type TextSpan, textBlocks, wordsOf } from './markdown.ts';
export { endOfPeriod, momentOf, momentText } from './moments.ts';
export { chartColours, chartTheme } from './theme.ts';
export type {
  ChartAnswer,
  ChartColumn,
  ChartKind,
  ChartLook,
  ChartOptions,
  ChartRow,
  ChartTile,
  DrawnTile,
  NumberFacts,
  Status,
  TileChart,
} from './tile.ts';
export { tileChart } from './tile-chart.ts';
