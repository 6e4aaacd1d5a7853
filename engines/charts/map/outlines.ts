import { read } from 'vega';

interface Outline {
  id?: string | number;
}

/** GeoJSON features of a region, each with its ISO 3166-1 or FIPS number as `id`. */
export async function outlinesOf(region: 'world' | 'us_states'): Promise<Outline[]> {
  const world = region === 'world';
  const { default: topology } = world
    ? await import('world-atlas/countries-110m.json', { with: { type: 'json' } })
    : await import('us-atlas/states-10m.json', { with: { type: 'json' } });
  const format = { type: 'topojson', feature: world ? 'countries' : 'states' } as const;
  // Its types know only text, though it takes what was parsed already.
  return read(structuredClone(topology) as unknown as string, format) as Outline[];
}
