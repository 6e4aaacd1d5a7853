/** Okabe and Ito's eight colours, told apart by every kind of colour vision; black turns light on dark. */
const categories = {
  light: ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000', '#B8AE12'],
  dark: ['#56B4E9', '#E69F00', '#2FBF92', '#E39BC5', '#F0E442', '#D9772F', '#E8E9EA', '#4C9BD8'],
};

/** The one look of every chart, as a Vega-Lite config. */
export function chartTheme(dark: boolean): Record<string, unknown> {
  const ink = dark ? '#ebecee' : '#17191c';
  const soft = dark ? '#b0b4ba' : '#4d5259';
  const line = dark ? '#2b2d30' : '#e4e5e7';
  const accent = dark ? '#56c7bb' : '#0b6e69';
  const font = 'Inter Variable, system-ui, sans-serif';
  return {
    background: null,
    font,
    padding: 4,
    mark: { color: accent, tooltip: true },
    line: { strokeWidth: 2, color: accent, strokeCap: 'round' },
    point: { color: accent, filled: true, size: 40 },
    circle: { color: accent, opacity: 0.7 },
    bar: { color: accent, cornerRadiusEnd: 2 },
    area: { color: accent, opacity: 0.75, line: true },
    rule: { color: soft },
    boxplot: { median: { color: dark ? '#111213' : '#ffffff' }, ticks: true },
    view: { stroke: null },
    axis: {
      domainColor: line,
      gridColor: line,
      gridOpacity: 0.9,
      tickColor: line,
      labelColor: soft,
      titleColor: soft,
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: 500,
      labelPadding: 6,
      titlePadding: 12,
      tickSize: 4,
      labelLimit: 180,
      labelOverlap: true,
    },
    axisX: { grid: false },
    axisBand: { domain: true, ticks: false },
    legend: {
      labelColor: soft,
      titleColor: soft,
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: 500,
      symbolStrokeWidth: 2,
      labelLimit: 160,
    },
    header: { labelColor: soft, titleColor: soft, labelFontSize: 12, titleFontSize: 12 },
    title: { color: ink, fontSize: 14, fontWeight: 600, anchor: 'start', offset: 12 },
    range: {
      category: dark ? categories.dark : categories.light,
      ramp: { scheme: 'viridis' },
      heatmap: { scheme: 'viridis' },
      diverging: { scheme: 'purpleorange' },
    },
  };
}
