/**
 * Writes `server/access/threats/country-circles.ts`: circles on the globe that hold each country.
 *
 *   node scripts/country-circles.ts <borders.json of @rapideditor/country-coder 5.6.1>
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

type Vector = [number, number, number];
interface Feature {
  properties: { iso1A2?: string; country?: string };
  geometry: { coordinates: [number, number][][][] } | null;
}
interface Circle {
  centre: Vector;
  points: Vector[];
  angle: number;
}

const earthRadiusKm = 6371.0088;
const degree = Math.PI / 180;

const vectorOf = ([lon, lat]: readonly [number, number]): Vector => [
  Math.cos(lat * degree) * Math.cos(lon * degree),
  Math.cos(lat * degree) * Math.sin(lon * degree),
  Math.sin(lat * degree),
];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const angleOf = (a: Vector, b: Vector): number => Math.acos(Math.min(1, Math.max(-1, dot(a, b))));
const normalised = ([x, y, z]: Vector): Vector => {
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
};

/** The centre moves towards the farthest point by ever smaller steps (Badoiu and Clarkson, 2003). */
function enclosing(points: Vector[]): Circle {
  let centre = normalised(
    points.reduce<Vector>((sum, p) => [sum[0] + p[0], sum[1] + p[1], sum[2] + p[2]], [0, 0, 0]),
  );
  for (let step = 1; step <= 300; step += 1) {
    const far = points.reduce((a, b) => (dot(b, centre) < dot(a, centre) ? b : a));
    const share = 1 / (step + 1);
    centre = normalised([
      centre[0] + (far[0] - centre[0]) * share,
      centre[1] + (far[1] - centre[1]) * share,
      centre[2] + (far[2] - centre[2]) * share,
    ]);
  }
  return { centre, points, angle: Math.max(...points.map((p) => angleOf(p, centre))) };
}

/** Islands near by join their neighbours; what lies far away has a circle of its own. */
function circlesOf(polygons: Vector[][]): Circle[] {
  const parts = polygons.map(enclosing).sort((a, b) => b.angle - a.angle);
  const circles: Circle[] = [];
  for (const part of parts) {
    let joined = false;
    for (const [at, circle] of circles.entries()) {
      const both = enclosing([...circle.points, ...part.points]);
      if (both.angle * earthRadiusKm > circle.angle * earthRadiusKm * 1.2 + 150) continue;
      circles[at] = both;
      joined = true;
      break;
    }
    if (!joined) circles.push(part);
  }
  return circles;
}

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error('expected the path of borders.json');
const { features } = JSON.parse(readFileSync(source, 'utf8')) as { features: Feature[] };
/** Exceptionally reserved codes, which no file of addresses uses. */
const exceptional = new Set(['AC', 'CP', 'CQ', 'DG', 'EA', 'FX', 'IC', 'TA']);
const polygons = new Map<string, Vector[][]>();
for (const { properties, geometry } of features) {
  const { iso1A2, country } = properties;
  const code = iso1A2 === undefined || exceptional.has(iso1A2) ? country : iso1A2;
  if (code === undefined || geometry === null || !/^[A-Z]{2}$/.test(code)) continue;
  const rings = geometry.coordinates.map(([outer = []]) => outer.map(vectorOf));
  polygons.set(code, [...(polygons.get(code) ?? []), ...rings]);
}
const lines = [...polygons]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([code, rings]) => {
    const circles = circlesOf(rings).map(({ centre: [x, y, z], angle }) => {
      const lat = Math.asin(z) / degree;
      const lon = Math.atan2(y, x) / degree;
      // Rounded to a tenth of a degree, so a little wider.
      return `[${lat.toFixed(1)}, ${lon.toFixed(1)}, ${Math.ceil((angle * earthRadiusKm + 8) / 5) * 5}]`;
    });
    return `  ${code}: [${circles.join(', ')}],`;
  });
const text = `/**
 * Circles that hold each country, by its ISO 3166-1 code: latitude and longitude of the centre in degrees, radius in
 * kilometres. What lies far from the rest has a circle of its own. Made by \`scripts/country-circles.ts\` from the
 * borders of @rapideditor/country-coder 5.6.1 (ISC).
 */
export const countryCircles: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
${lines.join('\n')}
};
`;
writeFileSync(resolve(import.meta.dirname, '../server/access/threats/country-circles.ts'), text);
