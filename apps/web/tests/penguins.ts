import type { Client } from '@stroma/sdk';

const islands = ['Biscoe', 'Dream', 'Torgersen'];
const kinds = ['Adelie', 'Gentoo', 'Chinstrap'];
const penguins = (count: number) =>
  Array.from({ length: count }, (_, at) => {
    const kind = at % 3;
    const day = new Date(Date.UTC(2024, at % 12, 1 + (at % 27))).toISOString().slice(0, 10);
    return `${kinds[kind]},${islands[(at * 2) % 3]},${day},${3500 + kind * 700 + (at % 40)},${180 + kind * 15 + (at % 9)}`;
  });
/** So many birds of three kinds on three islands, the first third of each kind. */
export const penguinsCsv = (count: number) =>
  `species,island,day,mass,flipper\n${penguins(count).join('\n')}\n`;

/** A board with a variable, a tile to go down in, and an interval. */
export async function controlsBoard(client: Client, datasetId: string): Promise<string> {
  const tileId = (at: number) => `til_00000000-0000-7000-8000-00000000000${at}`;
  const look = (at: number, title: string, kind: 'number' | 'bar') => ({
    tile_id: tileId(at),
    title,
    kind,
    place: { x: (at - 1) * 4, y: 0, w: 4, h: 6 },
  });
  const count = { aggregate: 'count' as const };
  const { dashboard_id } = await client.dashboards.create({
    body: {
      name: 'Controls',
      refresh_s: 5,
      variables: [{ name: 'least', label: 'Least mass', type: 'number', value: 4900 }],
      tiles: [
        {
          ...look(1, 'All birds', 'number'),
          query: { kind: 'built', dataset_id: datasetId, measures: [count] },
        },
        {
          ...look(2, 'Heavy birds', 'number'),
          query: {
            kind: 'sql',
            dataset_ids: [datasetId],
            sql: 'SELECT count(*) AS birds FROM dataset WHERE mass >= {{least}}',
          },
        },
        {
          ...look(3, 'Down', 'bar'),
          query: {
            kind: 'built',
            dataset_id: datasetId,
            dimensions: [{ column: 'species' }],
            measures: [count],
            drill: [{ column: 'island' }],
          },
        },
      ],
    },
  });
  return dashboard_id;
}
