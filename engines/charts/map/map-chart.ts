import { measured, nameOf, numberOf, type Roles, tipOf } from '../fields.ts';
import { axisFormat } from '../locale.ts';
import { drawn, opacity, type Spec, tooltip, type Value } from '../marks.ts';
import { chartColours } from '../theme.ts';
import type { ChartAnswer, ChartLook, ChartTile, DrawnTile } from '../tile.ts';
import { countryNumber } from './country-codes.ts';
import { smallCountries } from './small-countries.ts';
import { stateNumber } from './states.ts';

/** Countries, or the states of the USA, in the colour of their value; those without one stay grey. */
export function mapChart(tile: ChartTile, answer: ChartAnswer, roles: Roles, look: ChartLook): DrawnTile {
  const region = tile.options.region ?? 'world';
  const [place] = roles.dimensions;
  const [measure] = roles.measures;
  const colours = chartColours(look.scheme === 'dark');
  const projection = region === 'world' ? { type: 'equalEarth', rotate: [-11, 0, 0] } : { type: 'albersUsa' };
  const outlines: Spec = {
    data: { name: 'outlines' },
    mark: {
      type: 'geoshape',
      fill: colours.sunken,
      stroke: colours.surface,
      strokeWidth: 0.5,
      tooltip: null,
    },
  };
  if (place === undefined || measure === undefined)
    return drawn(look, { layer: [outlines], projection }, [], { outlines: region });
  const field = measured(measure, tile);
  const notShown: string[] = [];
  const rows = answer.rows.flatMap((row, at): Value[] => {
    const name = nameOf(row[place.at], look);
    const value = numberOf(row[measure.at]);
    const id = region === 'world' ? countryNumber(name, look.locale) : stateNumber(name);
    if (id === null && row[place.at] !== null) notShown.push(name);
    if (id === null || value === null || (tile.options.log && value <= 0)) return [];
    const [longitude, latitude] = (region === 'world' && smallCountries[id]) || [null, null];
    return [
      {
        row: at,
        id,
        value,
        on: look.isSelected?.(row) ?? true,
        tip: tipOf([place, field], row, tile, look),
        longitude,
        latitude,
      },
    ];
  });
  const format = axisFormat(tile.options);
  const color = {
    field: 'value',
    type: 'quantitative',
    scale: {
      scheme: 'viridis',
      ...(tile.options.log && { type: 'log' }),
      ...(tile.options.min !== undefined && { domainMin: tile.options.min }),
      ...(tile.options.max !== undefined && { domainMax: tile.options.max }),
    },
    legend:
      tile.options.legend === 'none'
        ? null
        : {
            title: field.title,
            orient: 'bottom',
            direction: 'horizontal',
            gradientLength: Math.min(180, look.width - 60),
            gradientThickness: 10,
            tickCount: 3,
            ...(format && { format }),
          },
  };
  const layer: Spec[] = [
    outlines,
    {
      transform: [
        {
          lookup: 'id',
          from: { data: { name: 'outlines' }, key: 'id' },
          as: 'outline',
        },
        { filter: 'isValid(datum.outline)' },
      ],
      mark: {
        type: 'geoshape',
        stroke: colours.surface,
        strokeWidth: 0.5,
        cursor: 'pointer',
        tooltip,
      },
      encoding: { shape: { field: 'outline', type: 'geojson' }, color, ...opacity(look) },
    },
    ...(rows.some(({ longitude }) => longitude !== null)
      ? [
          {
            transform: [{ filter: 'isValid(datum.longitude)' }],
            mark: {
              type: 'circle',
              size: 46,
              stroke: colours.surface,
              strokeWidth: 0.75,
              opacity: 1,
              cursor: 'pointer',
              tooltip,
            },
            encoding: {
              longitude: { field: 'longitude', type: 'quantitative' },
              latitude: { field: 'latitude', type: 'quantitative' },
              color,
              ...opacity(look),
            },
          },
        ]
      : []),
  ];
  return drawn(look, { layer, projection }, rows, { outlines: region, notShown: [...new Set(notShown)] });
}
