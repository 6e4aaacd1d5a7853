import type { ThreatPolicy } from '@stroma/contracts';
import type { Finding } from './finding.ts';

/** Latitude and longitude of the centre in degrees, radius in kilometres. */
export type Circle = readonly [lat: number, lon: number, radiusKm: number];

/** Somewhere in one of the circles. */
export interface Place {
  name: string;
  circles: readonly Circle[];
}

export interface Sighting {
  at: Date;
  address: string;
  place: Place | null;
  userAgent: string;
}

const earthRadiusKm = 6371.0088;
const degree = Math.PI / 180;
/** Clocks and the time a request takes: nobody is seen twice in less. */
const shortestHours = 1 / 60;

/**
 * The least distance on the globe between two places, in kilometres: 0 where their circles touch. Great-circle
 * distance by the haversine formula (Sinnott, "Virtues of the Haversine", 1984).
 */
export function leastDistanceKm(a: Place, b: Place): number {
  let least = Number.POSITIVE_INFINITY;
  for (const one of a.circles)
    for (const other of b.circles)
      least = Math.min(least, Math.max(0, greatCircleKm(one, other) - one[2] - other[2]));
  return least;
}

function greatCircleKm([lat1, lon1]: Circle, [lat2, lon2]: Circle): number {
  const across = Math.sin(((lat2 - lat1) * degree) / 2) ** 2;
  const along = Math.sin(((lon2 - lon1) * degree) / 2) ** 2;
  const h = across + Math.cos(lat1 * degree) * Math.cos(lat2 * degree) * along;
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(h)));
}

/**
 * Whether one person can have been at both places. It judges by the least distance and so lets go what a country's
 * size leaves open. Null also where a place is not known. Another program than before makes it high, and critical
 * where no second factor was proven.
 */
export function judgeTravel(
  before: Sighting,
  now: Sighting & { secondFactor: boolean },
  rules: Pick<ThreatPolicy['impossible_travel'], 'speed_kmh' | 'distance_km'>,
): Pick<Finding, 'severity' | 'rule' | 'evidence'> | null {
  if (before.place === null || now.place === null) return null;
  const distanceKm = leastDistanceKm(before.place, now.place);
  if (!Number.isFinite(distanceKm) || distanceKm < rules.distance_km) return null;
  const hours = Math.max(shortestHours, (now.at.getTime() - before.at.getTime()) / 3_600_000);
  const speedKmh = distanceKm / hours;
  if (speedKmh <= rules.speed_kmh) return null;
  const newProgram = before.userAgent !== now.userAgent;
  return {
    rule: 'faster_than_travel',
    severity: newProgram ? (now.secondFactor ? 'high' : 'critical') : 'medium',
    evidence: {
      from: before.place.name,
      to: now.place.name,
      from_address: before.address,
      to_address: now.address,
      from_at: before.at.toISOString(),
      to_at: now.at.toISOString(),
      least_distance_km: Math.round(distanceKm),
      speed_kmh: Math.round(speedKmh),
      threshold_kmh: rules.speed_kmh,
      new_program: newProgram,
      second_factor: now.secondFactor,
    },
  };
}
