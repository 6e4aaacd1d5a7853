import type { BoardDocument, Tile, TileKind, TilePlace, TileQuery } from '@stroma/contracts';
import { newId } from '../../platform/ids.ts';
import { emptyBoard } from './question-tiles.ts';

interface Drawn {
  title: string;
  kind: TileKind;
  place: [x: number, y: number, w: number, h: number];
  options?: Tile['options'];
}

const place = ([x, y, w, h]: Drawn['place']): TilePlace => ({ x, y, w, h });

/** The ids of the sample datasets, by the file each came from. */
export interface SampleData {
  weather: string;
  penguins: string;
  gapminder: string;
}

/** A board over the sample workspace: every kind of question a board answers, over open data. */
export function sampleBoard({ weather, penguins, gapminder }: SampleData): BoardDocument {
  const drawn = (about: Drawn, query: TileQuery | null): Tile => ({
    tile_id: newId('tile'),
    title: about.title,
    description: '',
    kind: about.kind,
    place: place(about.place),
    query,
    spec: null,
    options: about.options ?? {},
  });
  const built = (
    datasetId: string,
    about: Drawn,
    asked: Partial<Omit<Extract<TileQuery, { kind: 'built' }>, 'kind' | 'dataset_id'>>,
  ): Tile =>
    drawn(about, {
      kind: 'built',
      dataset_id: datasetId,
      dimensions: [],
      measures: [],
      filters: [],
      order_by: [],
      limit: 1000,
      sample: false,
      drill: [],
      ...asked,
    });
  const count = { aggregate: 'count' as const, as: 'days' };
  return {
    ...emptyBoard('Weather, penguins and nations'),
    description:
      'A first dashboard over the sample datasets. Click a bar to filter the others, choose another time range, or change any tile.',
    filters: [{ column: 'weather', op: 'in', values: [], dataset_id: null, label: 'Weather' }],
    tiles: [
      drawn(
        {
          title: '',
          kind: 'text',
          place: [0, 0, 12, 2],
          options: {
            text: 'Daily weather in **Seattle** 2012 to 2015 (NOAA, public domain), **Palmer penguins** (CC0) and **Gapminder** (CC BY 4.0). The filter and the time range act on every tile whose data has such a column; the others say that they are not filtered.',
          },
        },
        null,
      ),
      built(
        weather,
        {
          title: 'Warmest day',
          kind: 'number',
          place: [0, 2, 3, 4],
          options: { unit: '°C', decimals: 1, higher_is: 'neutral' },
        },
        { measures: [{ aggregate: 'max', column: 'temp_max', as: 'warmest day' }] },
      ),
      built(
        weather,
        {
          title: 'Mean precipitation',
          kind: 'gauge',
          place: [3, 2, 3, 4],
          options: { unit: 'mm', min: 0, max: 10, decimals: 1 },
        },
        { measures: [{ aggregate: 'mean', column: 'precipitation', as: 'mean precipitation' }] },
      ),
      built(
        weather,
        { title: 'Days by weather', kind: 'donut', place: [6, 2, 6, 8] },
        { dimensions: [{ column: 'weather' }], measures: [count] },
      ),
      built(
        weather,
        { title: 'Warmest and coldest by month', kind: 'line', place: [0, 6, 6, 8], options: { unit: '°C' } },
        {
          dimensions: [{ column: 'date', grain: 'month', as: 'month' }],
          measures: [
            { aggregate: 'mean', column: 'temp_max', as: 'mean high' },
            { aggregate: 'mean', column: 'temp_min', as: 'mean low' },
          ],
        },
      ),
      built(
        weather,
        {
          title: 'Rain by year, drill into quarters and months',
          kind: 'bar',
          place: [6, 10, 6, 8],
          options: { unit: 'mm' },
        },
        {
          dimensions: [{ column: 'date', grain: 'year', as: 'period' }],
          measures: [{ aggregate: 'sum', column: 'precipitation', as: 'precipitation' }],
          drill: [
            { column: 'date', grain: 'quarter', as: 'period' },
            { column: 'date', grain: 'month', as: 'period' },
          ],
        },
      ),
      built(
        weather,
        { title: 'Wind', kind: 'histogram', place: [0, 14, 6, 7], options: { x_title: 'metres a second' } },
        { dimensions: [{ column: 'wind', bins: 20 }], measures: [count] },
      ),
      built(
        penguins,
        { title: 'Beak length and depth', kind: 'scatter', place: [6, 18, 6, 9] },
        {
          dimensions: [{ column: 'Beak Length (mm)' }, { column: 'Beak Depth (mm)' }],
          split: { column: 'Species' },
          limit: 2000,
        },
      ),
      built(
        penguins,
        {
          title: 'Body mass by species and sex',
          kind: 'heatmap',
          place: [0, 21, 6, 6],
          options: { unit: 'g' },
        },
        {
          dimensions: [{ column: 'Species' }, { column: 'Sex' }],
          measures: [{ aggregate: 'mean', column: 'Body Mass (g)', as: 'mean body mass' }],
          filters: [{ column: 'Sex', op: 'in', values: ['MALE', 'FEMALE'], dataset_id: null }],
        },
      ),
      built(
        gapminder,
        {
          title: 'Life expectancy in 2005',
          kind: 'map',
          place: [0, 27, 7, 10],
          options: { unit: 'years', region: 'world' },
        },
        {
          dimensions: [{ column: 'country' }],
          measures: [{ aggregate: 'mean', column: 'life_expect', as: 'life expectancy' }],
          filters: [{ column: 'year', op: 'in', values: [2005], dataset_id: null }],
        },
      ),
      built(
        gapminder,
        { title: 'Largest populations', kind: 'table', place: [7, 27, 5, 10] },
        {
          dimensions: [{ column: 'country' }],
          measures: [
            { aggregate: 'max', column: 'pop', as: 'people' },
            { aggregate: 'min', column: 'fertility', as: 'lowest fertility' },
          ],
          limit: 20,
        },
      ),
    ],
  };
}
