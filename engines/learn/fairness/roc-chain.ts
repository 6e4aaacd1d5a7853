import { rocCurve } from '../scores/curves.ts';

/** What a threshold does to a group: the shares of its negative and of its positive rows that are called positive. */
export interface RocPoint {
  falsePositiveRate: number;
  truePositiveRate: number;
}

/** Of one threshold; null calls no row positive. */
export interface RocVertex extends RocPoint {
  from: number | null;
}

/** Of more, those at evenly spaced places are kept. */
const mostVertices = 1000;

/**
 * All thresholds of a group, from the one that calls nobody to the one that calls everybody (0). Each stands halfway
 * between neighbouring probabilities. O(n log n).
 */
export function rocVertices(isPositive: Uint8Array, probabilities: Float64Array): RocVertex[] {
  const { thresholds, falsePositiveRate, truePositiveRate } = rocCurve(isPositive, probabilities);
  const last = thresholds.length - 1;
  const step = Math.max(1, last / mostVertices);
  const kept = new Set(
    Array.from({ length: Math.floor(last / step) + 1 }, (_, at) => Math.round(at * step)),
  ).add(last);
  return [...kept].map((at) => ({
    from:
      at === 0 ? null : at === last ? 0 : ((thresholds[at] as number) + (thresholds[at + 1] as number)) / 2,
    falsePositiveRate: falsePositiveRate[at] as number,
    truePositiveRate: truePositiveRate[at] as number,
  }));
}

/** Those of its upper convex hull: what a mixture of two of them reaches, no other choice betters. */
export function hullOf(vertices: readonly RocVertex[]): RocVertex[] {
  const hull: RocVertex[] = [];
  for (const vertex of vertices) {
    while (hull.length > 1 && turn(hull.at(-2) as RocVertex, hull.at(-1) as RocVertex, vertex) >= 0)
      hull.pop();
    hull.push(vertex);
  }
  return hull;
}

/** Above 0 where the way from a over b to c turns left. */
const turn = (a: RocPoint, b: RocPoint, c: RocPoint): number =>
  (b.falsePositiveRate - a.falsePositiveRate) * (c.truePositiveRate - a.truePositiveRate) -
  (b.truePositiveRate - a.truePositiveRate) * (c.falsePositiveRate - a.falsePositiveRate);

/** A place on the chain: this share of the decisions by `first`, the others by `second`. */
export interface Mixture {
  first: RocVertex;
  second: RocVertex;
  share: number;
}

export const pointOf = ({ first, second, share }: Mixture): RocPoint => ({
  falsePositiveRate: share * first.falsePositiveRate + (1 - share) * second.falsePositiveRate,
  truePositiveRate: share * first.truePositiveRate + (1 - share) * second.truePositiveRate,
});

/** The first place of a chain at which a coordinate that does not fall along it, from 0 to 1, is `wanted`. O(log n). */
export function placeAt(
  chain: readonly RocVertex[],
  coordinate: (point: RocPoint) => number,
  wanted: number,
): Mixture {
  let low = 0;
  let high = chain.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (coordinate(chain[middle] as RocVertex) >= wanted) high = middle;
    else low = middle + 1;
  }
  const second = chain[low] as RocVertex;
  const first = chain[Math.max(0, low - 1)] as RocVertex;
  const [from, to] = [coordinate(first), coordinate(second)];
  const share = to > from ? Math.min(1, Math.max(0, (to - wanted) / (to - from))) : 0;
  return { first, second, share };
}

/** The greatest true positive rate of a hull at a false positive rate. */
export function highestAt(hull: readonly RocVertex[], falsePositiveRate: number): Mixture {
  const place = placeAt(hull, (point) => point.falsePositiveRate, falsePositiveRate);
  if (place.second.falsePositiveRate !== falsePositiveRate) return place;
  const best = hull.findLast((vertex) => vertex.falsePositiveRate === falsePositiveRate) as RocVertex;
  return { first: best, second: best, share: 0 };
}
