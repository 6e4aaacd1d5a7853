import { type SeededRandom, seededRandom } from '@stroma/kernel';
import type { Target } from '../estimator.ts';
import { type Dimension, type FamilyName, families, familyNames } from './learners.ts';
import type { Configuration } from './portfolio.ts';

export interface Tried {
  configuration: Configuration;
  loss: number;
}

/** Proposals drawn, of which the most promising is tried. */
const draws = 32;
/** A family of one setting is soon known. */
const trialsOfDimension = 8;

/**
 * The next configuration to try: of a family drawn among the best ones, its settings by a tree of Parzen estimators
 * (Bergstra et al. 2011, Algorithms for hyper-parameter optimization, NIPS 24): drawn near those that did well, where
 * those that did badly are sparse. The same number and trials give the same proposal. Null where no family has
 * anything to refine.
 */
export function propose(
  tried: readonly Tried[],
  kind: Target['kind'],
  number: number,
  seed: number,
): Configuration | null {
  const random = seededRandom(seed + 7919 * (number + 1));
  const family = drawFamily(tried, kind, random);
  if (family === null) return null;
  const own = tried.filter(({ configuration }) => configuration.family === family);
  const ranked = own.toSorted((a, b) => a.loss - b.loss);
  const goodCount = Math.max(1, Math.ceil(ranked.length / 3));
  const settings: Record<string, number | string> = { ...ranked[0]?.configuration.settings };
  for (const dimension of families[family].space) {
    const places = ranked.map(({ configuration }) =>
      placeOf(dimension, configuration.settings[dimension.name]),
    );
    const good = known(places.slice(0, goodCount));
    const bad = known(places.slice(goodCount));
    let best = { place: random.next(), promise: Number.NEGATIVE_INFINITY };
    for (let draw = 0; draw < draws; draw++) {
      const place = drawPlace(good, random);
      const promise = Math.log(density(good, place)) - Math.log(density(bad, place));
      if (promise > best.promise) best = { place, promise };
    }
    settings[dimension.name] = valueAt(dimension, best.place);
  }
  return { id: `refined_${String(number + 1).padStart(3, '0')}`, family, settings };
}

function drawFamily(tried: readonly Tried[], kind: Target['kind'], random: SeededRandom): FamilyName | null {
  const trialsOf = (name: FamilyName) =>
    tried.filter(({ configuration }) => configuration.family === name).length;
  const best = familyNames
    .filter((name) => families[name].space.length > 0 && families[name].learns.some((own) => own === kind))
    .map((name) => ({
      name,
      loss: Math.min(
        ...tried.filter(({ configuration }) => configuration.family === name).map(({ loss }) => loss),
      ),
    }))
    .filter(
      ({ loss, name }) =>
        Number.isFinite(loss) && trialsOf(name) < trialsOfDimension * families[name].space.length,
    )
    .sort((a, b) => a.loss - b.loss);
  // The best in half of the cases, the second in a quarter, ...
  for (const { name } of best) if (random.next() < 0.5) return name;
  return best[0]?.name ?? null;
}

const known = (places: readonly (number | null)[]): number[] => places.filter((place) => place !== null);

/** 0 to 1 within the dimension. */
function placeOf({ low, high, scale }: Dimension, value: number | string | undefined): number | null {
  if (typeof value !== 'number') return null;
  const at = (own: number) => (scale === 'log' ? Math.log(own) : own);
  return Math.min(1, Math.max(0, (at(value) - at(low)) / (at(high) - at(low))));
}

function valueAt({ low, high, scale, whole }: Dimension, place: number): number {
  const value = scale === 'log' ? low * (high / low) ** place : low + (high - low) * place;
  return whole === true ? Math.round(value) : Number(value.toPrecision(4));
}

const widthOf = (places: readonly number[]): number => Math.max(0.1, 0.5 / Math.sqrt(places.length + 1));

function drawPlace(places: readonly number[], random: SeededRandom): number {
  const at = random.whole(places.length + 1);
  const centre = places[at];
  if (centre === undefined) return random.next();
  return Math.min(1, Math.max(0, centre + widthOf(places) * random.normal()));
}

/** A normal about each place, and one part of the whole range. */
function density(places: readonly number[], at: number): number {
  const width = widthOf(places);
  const sum = places.reduce(
    (all, place) => all + Math.exp(-((at - place) ** 2) / (2 * width * width)) / (width * 2.5066),
    1,
  );
  return sum / (places.length + 1);
}
