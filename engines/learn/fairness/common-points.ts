import { highestAt, type Mixture, placeAt, pointOf, type RocPoint, type RocVertex } from './roc-chain.ts';

export const thresholdCriteria = ['demographic_parity', 'equal_opportunity', 'equalized_odds'] as const;
export type ThresholdCriterion = (typeof thresholdCriteria)[number];

export interface GroupCurve {
  vertices: readonly RocVertex[];
  hull: readonly RocVertex[];
  /** Share of its rows that are positive. */
  baseRate: number;
}

/** How a group decides: a share of its rows by lot, `chance` of them positive, the others by a mixture of thresholds. */
export interface Choice {
  mixture: Mixture;
  lot: { share: number; chance: number };
}

const noLot = { share: 0, chance: 0 };

export const selectionOf = (point: RocPoint, baseRate: number): number =>
  baseRate * point.truePositiveRate + (1 - baseRate) * point.falsePositiveRate;

const coordinateOf = (criterion: ThresholdCriterion, { baseRate }: GroupCurve) =>
  criterion === 'demographic_parity'
    ? (point: RocPoint) => selectionOf(point, baseRate)
    : (point: RocPoint) => point.truePositiveRate;

/**
 * Choices, one of each group, under which the criterion holds to rounding, one of the best of all such at any cost of
 * errors among them. Cost is linear between them: where groups share one rate these are the corners of the hulls, where
 * they share both those of what lies under all hulls. Hardt 2016, arXiv:1610.02413.
 */
export function exactChoices(criterion: ThresholdCriterion, curves: readonly GroupCurve[]): Choice[][] {
  if (criterion === 'equalized_odds') return underAll(curves);
  const wanted = curves.flatMap((curve) => curve.hull.map(coordinateOf(criterion, curve)));
  return [...new Set(wanted)].map((at) =>
    curves.map((curve) => ({ mixture: placeAt(curve.hull, coordinateOf(criterion, curve), at), lot: noLot })),
  );
}

function underAll(curves: readonly GroupCurve[]): Choice[][] {
  const corners = curves.flatMap(({ hull }) => hull.map((vertex) => vertex.falsePositiveRate));
  const rates = [...new Set(corners)].sort((a, b) => a - b);
  const crossings = rates.slice(1).flatMap((to, at) => crossingsOf(curves, rates[at] as number, to));
  return [...rates, ...crossings].map((rate) => {
    const places = curves.map(({ hull }) => highestAt(hull, rate));
    const least = Math.min(...places.map((place) => pointOf(place).truePositiveRate));
    return places.map((mixture) => {
      const above = pointOf(mixture).truePositiveRate;
      const share = above > rate ? (above - least) / (above - rate) : 0;
      return { mixture, lot: { share, chance: rate } };
    });
  });
}

/** Where the hulls, straight between two rates, cross. */
function crossingsOf(curves: readonly GroupCurve[], from: number, to: number): number[] {
  const ends = curves.map(({ hull }) => ({
    left: pointOf(highestAt(hull, from)).truePositiveRate,
    // The hull comes to `to` from the left: a vertical step there is of its next part.
    right: pointOf(placeAt(hull, (point) => point.falsePositiveRate, to)).truePositiveRate,
  }));
  const found: number[] = [];
  for (const [at, a] of ends.entries())
    for (const b of ends.slice(at + 1)) {
      const [left, right] = [a.left - b.left, a.right - b.right];
      if (left * right < 0) found.push(from + ((to - from) * left) / (left - right));
    }
  return found;
}

/** Choices of one threshold a group, nearest to each of the exact ones or to a rate that any threshold reaches. */
export function nearestChoices(criterion: ThresholdCriterion, curves: readonly GroupCurve[]): Choice[][] {
  const single = (vertex: RocVertex): Choice => ({
    mixture: { first: vertex, second: vertex, share: 0 },
    lot: noLot,
  });
  if (criterion === 'equalized_odds') {
    const wanted = [
      ...curves.flatMap(({ hull }) => hull),
      ...underAll(curves).map((choices) => realised(choices[0] as Choice)),
    ];
    return wanted.map((point) =>
      curves.map(({ vertices }) => single(nearest(vertices, (own) => furtherRate(own, point)))),
    );
  }
  const wanted = curves.flatMap((curve) => curve.vertices.map(coordinateOf(criterion, curve)));
  return [...new Set(wanted)].map((at) =>
    curves.map((curve) => {
      const coordinate = coordinateOf(criterion, curve);
      const { first, second } = placeAt(curve.vertices, coordinate, at);
      return single(at - coordinate(first) < coordinate(second) - at ? first : second);
    }),
  );
}

export const furtherRate = (a: RocPoint, b: RocPoint): number =>
  Math.max(
    Math.abs(a.falsePositiveRate - b.falsePositiveRate),
    Math.abs(a.truePositiveRate - b.truePositiveRate),
  );

function nearest(vertices: readonly RocVertex[], distance: (vertex: RocVertex) => number): RocVertex {
  let best = vertices[0] as RocVertex;
  for (const vertex of vertices) if (distance(vertex) < distance(best)) best = vertex;
  return best;
}

/** The rates a choice comes to on average. */
export function realised({ mixture, lot }: Choice): RocPoint {
  const { falsePositiveRate, truePositiveRate } = pointOf(mixture);
  const mixed = (own: number) => (1 - lot.share) * own + lot.share * lot.chance;
  return { falsePositiveRate: mixed(falsePositiveRate), truePositiveRate: mixed(truePositiveRate) };
}
