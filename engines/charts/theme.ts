import { vegaLocale } from './locale.ts';
import type { Status } from './tile.ts';

/** Okabe and Ito's eight colours, told apart by every kind of colour vision; black turns light on dark. */
const categories = {
  light: ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000', '#B8AE12'],
  dark: ['#56B4E9', '#E69F00', '#2FBF92', '#E39BC5', '#F0E442', '#D9772F', '#E8E9EA', '#4C9BD8'],
};

export const categoryColours = (dark: boolean): readonly string[] =>
  dark ? categories.dark : categories.light;

export interface ChartColours {
  ink: string;
  soft: string;
  faint: string;
  line: string;
  sunken: string;
  surface: string;
  accent: string;
  status: Record<Status, string>;
}

export function chartColours(dark: boolean): ChartColours {
  return dark
    ? {
        ink: '#ebecee',
        soft: '#b0b4ba',
        faint: '#959aa2',
        line: '#2b2d30',
        sunken: '#2f3236',
        surface: '#191a1c',
        accent: '#56c7bb',
        status: { good: '#78d196', warning: '#f0b95f', critical: '#ff9b8e', neutral: '#b0b4ba' },
      }
    : {
        ink: '#17191c',
        soft: '#4d5259',
        faint: '#656a72',
        line: '#e4e5e7',
        sunken: '#e8e9eb',
        surface: '#ffffff',
        accent: '#0b6e69',
        status: { good: '#1a6b3a', warning: '#855000', critical: '#b42318', neutral: '#4d5259' },
      };
}

/** The one look of every chart, as a Vega-Lite config. */
export function chartTheme(dark: boolean, locale?: string): Record<string, unknown> {
  const { ink, soft, line, accent, surface } = chartColours(dark);
  const font = 'Inter Variable, Inter, system-ui, sans-serif';
  return {
    background: null,
    font,
    padding: 4,
    ...(locale !== undefined && { locale: vegaLocale(locale) }),
    mark: { color: accent, tooltip: true },
    line: { strokeWidth: 2, color: accent, strokeCap: 'round' },
    point: { color: accent, filled: true, size: 40 },
    circle: { color: accent, opacity: 0.7 },
    bar: { color: accent, cornerRadiusEnd: 2 },
    area: { color: accent, opacity: 0.75, line: true },
    rule: { color: soft },
    text: { color: ink, font, fontSize: 12 },
    arc: { stroke: surface, strokeWidth: 1 },
    boxplot: {
      median: { color: surface },
      rule: { color: soft },
      outliers: { color: soft },
      ticks: { color: soft, size: 16 },
    },
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
      labelSeparation: 6,
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
      category: categoryColours(dark),
      // Without the end that is lost on the paper.
      ramp: { scheme: 'viridis', extent: dark ? [0.2, 1] : [0, 0.93] },
      heatmap: { scheme: 'viridis' },
      diverging: { scheme: 'purpleorange' },
    },
  };
}
