import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultThreatPolicy } from '@stroma/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countryCircles } from './country-circles.ts';
import { judgeSignIns } from './credential-stuffing.ts';
import { judgeTravel, leastDistanceKm, type Place } from './impossible-travel.ts';
import { writeMmdb } from './mmdb-file.suite.ts';
import { openPlaces } from './places.ts';
import { judgeKeyRefusals, judgeRefusals } from './privilege-escalation.ts';
import { periodsOf } from './threat-detectors.ts';
import { judgeExports, medianOf, thresholdOf } from './unusual-export.ts';

const country = (code: string): Place => ({ name: code, circles: countryCircles[code] ?? [] });
const city = (name: string, lat: number, lon: number): Place => ({ name, circles: [[lat, lon, 20]] });
const berlin = city('Berlin', 52.52, 13.405);
const paris = city('Paris', 48.857, 2.352);
const sydney = city('Sydney', -33.869, 151.209);

describe('distance', () => {
  it('is that of the great circle, less what the places leave open', () => {
    // Berlin to Paris 878 km, Berlin to Sydney 16,094 km: great circles on a sphere of 6371.0088 km.
    expect(leastDistanceKm(berlin, paris)).toBeGreaterThan(830);
    expect(leastDistanceKm(berlin, paris)).toBeLessThan(880);
    expect(Math.abs(leastDistanceKm(berlin, sydney) - 16_054)).toBeLessThan(30);
  });

  it('is nothing between neighbours, and never more than between any two of their towns', () => {
    for (const [a, b] of [
      ['DE', 'FR'],
      ['DE', 'CH'],
      ['US', 'CA'],
      ['CN', 'IN'],
      ['SG', 'MY'],
    ] as const)
      expect(leastDistanceKm(country(a), country(b)), `${a} ${b}`).toBe(0);
    expect(leastDistanceKm(country('DE'), country('AU'))).toBeGreaterThan(9_000);
    expect(leastDistanceKm(country('DE'), country('BR'))).toBeGreaterThan(5_000);
    expect(leastDistanceKm(country('DE'), sydney)).toBeLessThanOrEqual(leastDistanceKm(berlin, sydney));
  });

  it('knows the circles of every country by its code, with the capital within them', () => {
    expect(Object.keys(countryCircles).length).toBeGreaterThan(235);
    for (const [code, lat, lon] of [
      ['DE', 52.52, 13.4],
      ['US', 38.9, -77],
      ['US', 21.3, -157.8],
      ['FR', 48.85, 2.35],
      ['JP', 35.68, 139.7],
      ['BR', -15.8, -47.9],
      ['ZA', -33.9, 18.4],
      ['SG', 1.35, 103.8],
      ['NZ', -41.3, 174.8],
      ['GB', 51.5, -0.1],
    ] as const)
      expect(leastDistanceKm(country(code), { name: '', circles: [[lat, lon, 0]] }), code).toBe(0);
  });

  it('is the same both ways, and never negative', () => {
    const circle = fc.tuple(
      fc.double({ min: -90, max: 90, noNaN: true }),
      fc.double({ min: -180, max: 180, noNaN: true }),
      fc.double({ min: 0, max: 3_000, noNaN: true }),
    );
    const place = fc.array(circle, { minLength: 1, maxLength: 3 }).map((circles) => ({ name: '', circles }));
    fc.assert(
      fc.property(place, place, (a, b) => {
        const distance = leastDistanceKm(a, b);
        expect(distance).toBeGreaterThanOrEqual(0);
        expect(distance).toBeCloseTo(leastDistanceKm(b, a), 6);
        expect(leastDistanceKm(a, a)).toBe(0);
      }),
    );
  });
});

describe('impossible travel', () => {
  const rules = defaultThreatPolicy.impossible_travel;
  const noon = new Date('2026-03-01T12:00:00Z');
  const before = { at: noon, address: '192.0.2.1', place: berlin, userAgent: 'a' };
  const later = (
    hours: number,
    place: Place | null,
    more: { userAgent?: string; secondFactor?: boolean } = {},
  ) => ({
    at: new Date(noon.getTime() + hours * 3_600_000),
    address: '198.51.100.1',
    place,
    userAgent: 'a',
    secondFactor: false,
    ...more,
  });

  it('is what no airliner does', () => {
    expect(judgeTravel(before, later(2, sydney), rules)).toMatchObject({
      severity: 'medium',
      evidence: { from: 'Berlin', to: 'Sydney', threshold_kmh: 1_000 },
    });
    expect(judgeTravel(before, later(22, sydney), rules)).toBeNull();
    expect(judgeTravel(before, later(0.1, paris), rules)).not.toBeNull();
    expect(judgeTravel(before, later(1.5, paris), rules)).toBeNull();
  });

  it('is worse with another program, and worst without a second factor', () => {
    expect(judgeTravel(before, later(2, sydney, { userAgent: 'b' }), rules)?.severity).toBe('critical');
    expect(
      judgeTravel(before, later(2, sydney, { userAgent: 'b', secondFactor: true }), rules)?.severity,
    ).toBe('high');
  });

  it('gives no verdict where a place is not known, or within one country', () => {
    expect(judgeTravel(before, later(0, null), rules)).toBeNull();
    expect(judgeTravel({ ...before, place: null }, later(0, sydney), rules)).toBeNull();
    const inGermany = { ...before, place: country('DE') };
    expect(judgeTravel(inGermany, later(0, country('DE')), rules)).toBeNull();
    expect(judgeTravel(inGermany, later(0, country('PL')), rules)).toBeNull();
    expect(judgeTravel(inGermany, later(1, country('AU')), rules)).not.toBeNull();
  });
});

describe('places', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'stroma-places-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are read from files of countries in the layouts there are', () => {
    const path = join(folder, 'country.mmdb');
    writeMmdb(path, 'GeoLite2-Country', {
      '141.20.0.0/16': { country: { iso_code: 'DE' } },
      '139.130.4.0/24': { country_code: 'AU' },
      '200.160.2.0/25': { country: 'BR' },
      '200.160.2.128/25': { registered: 'nothing known' },
    });
    const places = openPlaces(path);
    expect(places.precision).toBe('country');
    expect(places.builtAt).toEqual(new Date(1_760_000_000_000));
    expect(places.of('141.20.1.7')?.name).toBe('DE');
    expect(places.of('::ffff:139.130.4.9')?.name).toBe('AU');
    expect(places.of('200.160.2.1')?.name).toBe('BR');
    for (const address of ['200.160.2.200', '8.8.8.8', '2001:4860:4860::8888'])
      expect(places.of(address)).toBeNull();
  });

  it('are none for private and special addresses, whatever the file says of them', () => {
    const path = join(folder, 'wrong.mmdb');
    writeMmdb(path, 'GeoLite2-Country', {
      '192.168.0.0/16': { country_code: 'AU' },
      '10.0.0.0/8': { country_code: 'AU' },
      '127.0.0.0/8': { country_code: 'AU' },
    });
    const places = openPlaces(path);
    for (const address of ['192.168.1.1', '10.0.0.1', '127.0.0.1', '::1', 'fd00::1', 'nonsense'])
      expect(places.of(address)).toBeNull();
  });

  it('are points in files of cities', () => {
    const path = join(folder, 'city.mmdb');
    writeMmdb(path, 'GeoLite2-City', {
      '141.20.0.0/16': {
        city: { names: { en: 'Berlin' } },
        country: { iso_code: 'DE' },
        location: { latitude: 52.5, longitude: 13.4, accuracy_radius: 10 },
      },
    });
    const places = openPlaces(path);
    expect(places.precision).toBe('city');
    expect(places.of('141.20.1.1')).toEqual({ name: 'Berlin, DE', circles: [[52.5, 13.4, 10]] });
  });

  it('are nowhere without a file, and a file that is none is told of at the start', () => {
    expect(openPlaces(undefined)).toMatchObject({ precision: 'none', builtAt: null });
    expect(openPlaces(undefined).of('141.20.1.1')).toBeNull();
    writeFileSync(join(folder, 'none.mmdb'), 'not a database');
    expect(() => openPlaces(join(folder, 'none.mmdb'))).toThrow(/STROMA_GEO_FILE/);
    expect(() => openPlaces(join(folder, 'absent.mmdb'))).toThrow(/STROMA_GEO_FILE/);
  });
});

describe('credential stuffing', () => {
  const rules = { ...defaultThreatPolicy.credential_stuffing, accounts_per_address: 5 };
  const failures = (accounts: number, network: (n: number) => string) =>
    Array.from({ length: accounts }, (_, n) => ({ subject: `account${n}`, network: network(n) }));

  it('is many accounts from one address', () => {
    const found = judgeSignIns(
      failures(5, () => 'x'),
      [],
      rules,
    );
    expect(found).toEqual([
      expect.objectContaining({ rule: 'accounts_from_one_address', severity: 'medium', network: 'x' }),
    ]);
    expect(
      judgeSignIns(
        failures(10, () => 'x'),
        [],
        rules,
      )[0]?.severity,
    ).toBe('high');
    expect(
      judgeSignIns(
        failures(20, () => 'x'),
        [],
        rules,
      )[0]?.severity,
    ).toBe('critical');
    expect(
      judgeSignIns(
        failures(4, () => 'x'),
        [],
        rules,
      ),
    ).toEqual([]);
  });

  it('is not one person’s wrong guesses, nor colleagues who get it right in the end', () => {
    const guesses = Array.from({ length: 50 }, () => ({ subject: 'one', network: 'x' }));
    expect(judgeSignIns(guesses, [], rules)).toEqual([]);
    const office = failures(8, () => 'x');
    const made = office.slice(0, 6).map((each, n) => ({ ...each, userId: `usr_${n}` }));
    expect(judgeSignIns(office, made, rules)).toEqual([]);
  });

  it('is one account from many addresses, and many accounts from as many', () => {
    const one = Array.from({ length: 6 }, (_, n) => ({ subject: 'one', network: `n${n}` }));
    expect(judgeSignIns(one, [], rules).map(({ rule }) => rule)).toEqual(['addresses_for_one_account']);
    const spread = judgeSignIns(
      failures(40, (n) => `n${n}`),
      [],
      rules,
    );
    expect(spread.map(({ rule }) => rule)).toEqual(['accounts_overall']);
  });

  it('says the same in whatever order the failures came', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          failures(30, (n) => `n${n % 4}`),
          { minLength: 30 },
        ),
        (shuffled) => {
          const sorted = (list: readonly { about: string; severity: string }[]) =>
            list.map(({ about, severity }) => `${about} ${severity}`).sort();
          expect(sorted(judgeSignIns(shuffled, [], rules))).toEqual(
            sorted(
              judgeSignIns(
                failures(30, (n) => `n${n % 4}`),
                [],
                rules,
              ),
            ),
          );
        },
      ),
    );
  });
});

describe('unusual export', () => {
  const rules = { deviations: 6, floor_rows: 1_000, floor_megabytes: 100, floor_files: 20 };
  const took = (rows: number, files = 1) => ({ rows, megabytes: rows / 1e4, files });
  const usual = [10_000, 12_000, 9_000, 11_000, 10_500, 10_000, 9_500].map((rows) => took(rows));
  const nothing = { now: took(0, 0), earlier: [] };

  it('is held against what the person usually takes', () => {
    const judge = (rows: number) =>
      judgeExports({ hour: nothing, day: { now: took(rows), earlier: usual } }, rules);
    expect(judge(20_000)).toBeNull();
    expect(judge(40_000)).toMatchObject({
      severity: 'medium',
      evidence: { measure: 'rows', span: 'day', usual: 10_000 },
    });
    expect(judge(100_000)?.severity).toBe('high');
    expect(judge(1_000_000)?.severity).toBe('critical');
  });

  it('is held against the floor alone while a person is new', () => {
    const judge = (rows: number) =>
      judgeExports({ hour: nothing, day: { now: took(rows), earlier: [] } }, rules);
    expect(judge(1_000)).toBeNull();
    expect(judge(1_500)).toMatchObject({ severity: 'medium', evidence: { usual: null, threshold: 1_000 } });
  });

  it('counts files too: many small ones in an hour', () => {
    const hour = { now: { rows: 10, megabytes: 0.1, files: 61 }, earlier: [] };
    expect(judgeExports({ hour, day: nothing }, rules)).toMatchObject({
      severity: 'high',
      evidence: { measure: 'files', span: 'hour' },
    });
  });

  it('has a threshold that is never below the floor or the median, and one odd day does not move', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1e6), { minLength: 5, maxLength: 30 }), fc.nat(1e4), (earlier, floor) => {
        const threshold = thresholdOf(earlier, 6, floor + 1);
        expect(threshold).toBeGreaterThanOrEqual(floor + 1);
        expect(threshold).toBeGreaterThanOrEqual(medianOf(earlier));
      }),
    );
    const steady = [100, 110, 90, 105, 95, 100, 102];
    expect(thresholdOf([...steady, 1e9], 6, 1)).toBeLessThan(2 * thresholdOf(steady, 6, 1));
  });

  it('takes the last hour and the last day from those before', () => {
    const hours = [0, 5, 23, 24, 30, 48].map((hoursAgo) => ({ hoursAgo, ...took(100) }));
    const { hour, day } = periodsOf(hours);
    expect(hour.now.rows).toBe(100);
    expect(day.now.rows).toBe(300);
    expect(day.earlier.map(({ rows }) => rows).sort()).toEqual([100, 200]);
    expect(hour.earlier).toHaveLength(3);
  });
});

describe('privilege escalation', () => {
  const rules = { kinds: 4, refusals: 20, window_minutes: 10 };
  const refused = (whats: string[], onSelf = false) => whats.map((what) => ({ what, onSelf }));

  it('is many doors tried, or one tried again and again', () => {
    expect(judgeRefusals(refused(['a:read', 'b:read', 'c:read']), rules)).toBeNull();
    expect(judgeRefusals(refused(['a:read', 'b:read', 'c:read', 'd:read']), rules)).toMatchObject({
      rule: 'many_doors',
      severity: 'medium',
    });
    expect(judgeRefusals(refused(Array(20).fill('a:read')), rules)?.rule).toBe('many_refusals');
    expect(judgeRefusals(refused(Array(40).fill('a:read')), rules)?.severity).toBe('high');
  });

  it('is one try at the own role, and worst together with many doors', () => {
    expect(judgeRefusals(refused(['role.assign'], true), rules)).toMatchObject({
      rule: 'own_role',
      severity: 'medium',
    });
    expect(judgeRefusals(refused(['members:write', 'role.assign'], true), rules)?.severity).toBe('high');
    const many = refused(['a:x', 'b:x', 'c:x', 'd:x', 'e:x', 'f:x', 'g:x', 'roles:write']);
    expect(judgeRefusals(many, rules)?.severity).toBe('critical');
    expect(judgeRefusals(refused(['datasets:delete'], true), rules)).toBeNull();
  });

  it('is a key used from where it may not be', () => {
    expect(judgeKeyRefusals([{ reason: 'expired', address: 'x' }])).toBeNull();
    expect(judgeKeyRefusals([{ reason: 'address', address: 'x' }])?.severity).toBe('medium');
    expect(
      judgeKeyRefusals([
        { reason: 'address', address: 'x' },
        { reason: 'address', address: 'y' },
      ])?.severity,
    ).toBe('high');
  });
});
