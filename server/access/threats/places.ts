import { readFileSync } from 'node:fs';
import { StromaError } from '@stroma/kernel';
import { Reader } from 'mmdb-lib';
import { z } from 'zod';
import { isPublicAddress } from '../../platform/http/outgoing-addresses.ts';
import { countryCircles } from './country-circles.ts';
import type { Circle, Place } from './impossible-travel.ts';

/** Where addresses are, as far as a file says. */
export interface Places {
  readonly precision: 'none' | 'country' | 'city';
  readonly builtAt: Date | null;
  /** Null for what the file does not know: private networks, unassigned addresses, everything without a file. */
  of(address: string): Place | null;
}

const nowhere: Places = { precision: 'none', builtAt: null, of: () => null };

/** Of the many layouts that files of this format have, what is needed; the rest is left unread. */
const record = z.object({
  country: z.union([z.object({ iso_code: z.string().length(2) }), z.string().length(2)]).optional(),
  country_code: z.string().length(2).optional(),
  city: z.object({ names: z.record(z.string(), z.string()).optional() }).optional(),
  location: z
    .object({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      accuracy_radius: z.number().min(0).optional(),
    })
    .optional(),
});

/** Where a file names a point and not how far off it may be. */
const unsaidRadiusKm = 50;

/**
 * Reads a file in the MaxMind DB format, version 2, of countries or of cities. Without a path nothing is known of any
 * address. Throws CONFIG_INVALID.
 */
export function openPlaces(path: string | undefined): Places {
  if (path === undefined) return nowhere;
  const reader = open(path);
  const { databaseType, buildEpoch, ipVersion } = reader.metadata;
  return {
    precision: /city|enterprise|location/i.test(databaseType) ? 'city' : 'country',
    builtAt: buildEpoch,
    of(address) {
      const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
      // Files name countries for private networks too, and one of IPv4 alone answers anything about IPv6.
      if (!isPublicAddress(plain) || (ipVersion === 4 && plain.includes(':'))) return null;
      const found = record.safeParse(reader.get(plain));
      return found.success ? placeOf(found.data) : null;
    },
  };
}

function open(path: string): Reader<never> {
  try {
    return new Reader<never>(readFileSync(path));
  } catch (cause) {
    throw new StromaError(
      'CONFIG_INVALID',
      'STROMA_GEO_FILE: expected a file in the MaxMind DB format that can be read (.mmdb). Leave it out to go without.',
      { key: 'STROMA_GEO_FILE' },
      { cause },
    );
  }
}

function placeOf({ country, country_code, city, location }: z.infer<typeof record>): Place | null {
  const code = (typeof country === 'string' ? country : (country?.iso_code ?? country_code))?.toUpperCase();
  const name = [city?.names?.en, code].filter((each) => each !== undefined).join(', ');
  if (location !== undefined) {
    const { latitude, longitude, accuracy_radius = unsaidRadiusKm } = location;
    return { name, circles: [[latitude, longitude, accuracy_radius]] };
  }
  const circles: readonly Circle[] | undefined = code === undefined ? undefined : countryCircles[code];
  return circles === undefined ? null : { name, circles };
}
