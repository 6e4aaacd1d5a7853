import { StromaError, seededRandom } from '@stroma/kernel';
import type { Target } from '../estimator.ts';
import { columnOf, isOf } from '../scores/curves.ts';
import type { FeatureColumn } from '../table/feature-table.ts';
import { selectedClass } from './class-fairness.ts';
import {
  type Choice,
  exactChoices,
  furtherRate,
  type GroupCurve,
  nearestChoices,
  realised,
  selectionOf,
  type ThresholdCriterion,
} from './common-points.ts';
import { crossed, type Group, type GroupSet, groupName, groupsBy, rowsByGroup } from './groups.ts';
import { hullOf, type RocPoint, rocVertices } from './roc-chain.ts';

export interface ThresholdOptions {
  criterion: ThresholdCriterion;
  /** The code that is selected for; the second of two by itself. */
  positive?: number;
  /** Decisions by lot make the criterion hold exactly on average; without, one threshold a group comes near it. False. */
  randomised?: boolean;
  /** Without lots: how far from the criterion the cheapest choice may be; 0.01. */
  tolerance?: number;
  /** Of an error; both 1, so that what is kept is accuracy. */
  costs?: { false_positive: number; false_negative: number };
  /** Of groups with too few rows for one of their own, and of those that were not there; 0.5. */
  otherwise?: number;
  smallest?: number;
  cuts?: Readonly<Record<string, readonly number[]>>;
}

/** Each threshold takes its share of the rows not decided by lot: positive from this probability on; null, none is. */
export interface GroupRule {
  group: Group;
  rows: number;
  thresholds: { from: number | null; share: number }[];
  /** Of all rows of the group, so many are decided by lot, positive with this chance. Null where none are. */
  lot: { share: number; chance: number } | null;
}

export interface ThresholdEffect {
  /** Of the criterion: the greatest difference between groups. */
  difference: number;
  accuracy: number;
  /** Of a row on average. */
  cost: number;
  groups: {
    group: Group;
    rows: number;
    selection_rate: number;
    true_positive_rate: number;
    false_positive_rate: number;
  }[];
}

/** Plain JSON. */
export interface GroupThresholds {
  criterion: ThresholdCriterion;
  randomised: boolean;
  positive: number;
  columns: readonly string[];
  cuts: Readonly<Record<string, readonly number[]>>;
  rules: GroupRule[];
  otherwise: number;
  /** Of the rows they were found on, that have a rule: others will show less of a change. */
  before: ThresholdEffect;
  after: ThresholdEffect;
}

interface Part extends GroupCurve {
  group: Group;
  rows: number;
  before: RocPoint;
}

/**
 * Thresholds of each group (of the intersections of the columns) under which a criterion holds at the least cost.
 * `predicted` rows x classes, by row, probabilities; of rows the model has not learned from. Randomised, the criterion
 * holds exactly on average over the lots; otherwise as nearly as one threshold a group comes. Throws INVALID_INPUT
 * where fewer than two groups have enough rows, or one has rows of one class alone. O(n log n + groups² · 1000).
 */
export function fitGroupThresholds(
  target: Extract<Target, { kind: 'class' }>,
  predicted: Float64Array,
  columns: readonly FeatureColumn[],
  options: ThresholdOptions,
): GroupThresholds {
  const { criterion, randomised = false, otherwise = 0.5, smallest = 30 } = options;
  const positive = selectedClass(target.classes, options.positive);
  const { costs = { false_positive: 1, false_negative: 1 }, tolerance = 0.01 } = options;
  const set = crossed(columns.map((column) => groupsBy(column, options.cuts?.[column.name])));
  const isPositive = isOf(target.codes, positive);
  const probabilities = columnOf(predicted, target.classes, positive);
  const parts = partsOf(set, isPositive, probabilities, { smallest, otherwise });
  const effect = (points: readonly RocPoint[]) => effectOf(criterion, parts, points, costs);
  const tried = (randomised ? exactChoices : nearestChoices)(criterion, parts).map((choices) => ({
    choices,
    effect: effect(choices.map(realised)),
  }));
  const least = Math.min(...tried.map((own) => own.effect.difference));
  const allowed = Math.max(least, randomised ? 1e-9 : tolerance);
  const { choices, effect: after } = tried
    .filter((own) => own.effect.difference <= allowed)
    .reduce((best, own) => (own.effect.cost < best.effect.cost ? own : best));
  return {
    criterion,
    randomised,
    positive,
    columns: set.columns,
    cuts: set.cuts,
    rules: parts.map(({ group, rows }, at) => ({ group, rows, ...ruleOf(choices[at] as Choice) })),
    otherwise,
    before: effect(parts.map(({ before }) => before)),
    after,
  };
}

function partsOf(
  set: GroupSet,
  isPositive: Uint8Array,
  probabilities: Float64Array,
  { smallest, otherwise }: { smallest: number; otherwise: number },
): Part[] {
  if (set.codes.length !== isPositive.length || probabilities.length !== isPositive.length)
    throw new StromaError(
      'INVALID_INPUT',
      `A group and probabilities were expected for each of ${isPositive.length} rows; ${set.codes.length} and ${probabilities.length} were given.`,
    );
  const parts = rowsByGroup(set).flatMap((rows, code): Part[] => {
    if (rows.length < smallest) return [];
    const group = set.groups[code] as Group;
    const truth = Uint8Array.from(rows, (row) => isPositive[row] as number);
    const said = Float64Array.from(rows, (row) => probabilities[row] as number);
    const hits = truth.reduce((sum, own) => sum + own, 0);
    if (hits === 0 || hits === rows.length)
      throw new StromaError(
        'INVALID_INPUT',
        `Rows of both classes were expected in every group; all ${rows.length} of ${groupName(group)} are of one. Join it with another group.`,
        { group },
      );
    const vertices = rocVertices(truth, said);
    const share = (own: 0 | 1) =>
      said.filter((value, row) => truth[row] === own && value >= otherwise).length /
      (own === 1 ? hits : rows.length - hits);
    const before = { falsePositiveRate: share(0), truePositiveRate: share(1) };
    const baseRate = hits / rows.length;
    return [{ group, rows: rows.length, vertices, hull: hullOf(vertices), baseRate, before }];
  });
  if (parts.length < 2)
    throw new StromaError(
      'INVALID_INPUT',
      `At least two groups of ${smallest} rows were expected; there ${parts.length === 1 ? 'is one' : 'are none'}. Give more rows, or fewer columns.`,
      { smallest, groups: parts.length },
    );
  return parts;
}

function effectOf(
  criterion: ThresholdCriterion,
  parts: readonly Part[],
  points: readonly RocPoint[],
  costs: { false_positive: number; false_negative: number },
): ThresholdEffect {
  let [rows, wrong, cost, difference] = [0, 0, 0, 0];
  const groups = parts.map((part, at) => {
    const point = points[at] as RocPoint;
    const falsePositive = part.rows * (1 - part.baseRate) * point.falsePositiveRate;
    const falseNegative = part.rows * part.baseRate * (1 - point.truePositiveRate);
    rows += part.rows;
    wrong += falsePositive + falseNegative;
    cost += costs.false_positive * falsePositive + costs.false_negative * falseNegative;
    return {
      group: part.group,
      rows: part.rows,
      selection_rate: selectionOf(point, part.baseRate),
      true_positive_rate: point.truePositiveRate,
      false_positive_rate: point.falsePositiveRate,
    };
  });
  for (const [i, a] of points.entries())
    for (const [j, b] of points.entries()) {
      const [one, other] = [groups[i], groups[j]] as [(typeof groups)[number], (typeof groups)[number]];
      const own = {
        demographic_parity: Math.abs(one.selection_rate - other.selection_rate),
        equal_opportunity: Math.abs(a.truePositiveRate - b.truePositiveRate),
        equalized_odds: furtherRate(a, b),
      };
      difference = Math.max(difference, own[criterion]);
    }
  return { difference, accuracy: 1 - wrong / rows, cost: cost / rows, groups };
}

function ruleOf({ mixture: { first, second, share }, lot }: Choice): Pick<GroupRule, 'thresholds' | 'lot'> {
  const both = [
    { from: first.from, share },
    { from: second.from, share: 1 - share },
  ];
  return {
    thresholds: both.filter((own) => own.share > 0),
    lot: lot.share > 0 ? lot : null,
  };
}

/**
 * Of each row, the chance that it is called positive: 0 or 1 where its group decides without lots. Rows of groups
 * without a rule go by `otherwise`. Throws INVALID_INPUT where a column is not given.
 */
export function chancesByGroup(
  thresholds: GroupThresholds,
  probabilities: Float64Array,
  columns: readonly FeatureColumn[],
): Float64Array {
  const sets = thresholds.columns.map((name) => {
    const column = columns.find((own) => own.name === name);
    if (column !== undefined) return groupsBy(column, thresholds.cuts[name]);
    throw new StromaError('INVALID_INPUT', `The column "${name}" was expected: its groups have thresholds.`, {
      column: name,
    });
  });
  const { groups, codes } = crossed(sets);
  const key = (group: Group) => JSON.stringify(thresholds.columns.map((name) => group[name]));
  const ruleOfGroup = new Map(thresholds.rules.map((rule) => [key(rule.group), rule]));
  const rules = groups.map((group) => ruleOfGroup.get(key(group)));
  return probabilities.map((said, row) => {
    const rule = rules[codes[row] as number];
    if (rule === undefined) return said >= thresholds.otherwise ? 1 : 0;
    const called = rule.thresholds.reduce(
      (sum, { from, share }) => sum + (from !== null && said >= from ? share : 0),
      0,
    );
    const { share, chance } = rule.lot ?? { share: 0, chance: 0 };
    return (1 - share) * called + share * chance;
  });
}

/** The lots drawn: 1 for positive. The same seed draws the same. */
export function drawCalls(chances: Float64Array, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from(chances, (chance) => (random.next() < chance ? 1 : 0));
}
