import { describe, expect, it } from 'vitest';
import {
  chiSquaredUpper,
  falseDiscovery,
  fisherUpper,
  friedman,
  groupDifference,
  levelCost,
  mannKendall,
  normalCost,
  normalUpper,
  normalUpperQuantile,
  pelt,
  senSlope,
  studentUpper,
  studentUpperQuantile,
} from './index.ts';

/**
 * Values of SciPy 1.17.1, pymannkendall 1.4.3 and ruptures 1.1.10 under Python 3.11; the call stands beside each. R's
 * trend, Kendall and changepoint could not be had where they were made.
 */
const nile = Float64Array.of(
  ...[
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958,
  ],
  ...[
    1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020,
  ],
  ...[1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796],
  ...[1040, 759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874],
  ...[848, 890, 744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718],
  ...[714, 740],
);
const tied = Float64Array.of(1, 2, 2, 3, 3, 3, 2, 4, 5, 5, 4, 6, 5, 7, 7, 6);
const jumps = Float64Array.of(
  ...[
    1.789, 0.437, 0.096, -1.863, -0.277, -0.355, -0.083, -0.627, -0.044, -0.477, -1.314, 0.885, 0.881, 1.71,
    0.05,
  ],
  ...[
    -0.405, -0.545, -1.546, 0.982, -1.101, -1.185, -0.206, 1.486, 0.237, -1.024, -0.713, 0.625, -0.161,
    -0.769, -0.23,
  ],
  ...[
    0.745, 1.976, -1.244, -0.626, -0.804, -2.419, -0.924, -1.024, 1.124, -0.132, 1.377, 3.647, 2.644, 1.257,
    2.403,
  ],
  ...[
    2.411, 2.126, 3.03, 0.752, 2.732, 4.013, 3.853, 4.108, 4.119, 4.488, 1.882, 3.846, 1.139, 2.397, 1.086,
    4.048,
  ],
  ...[
    4.334, 2.803, 4.775, 2.325, 3.151, 3.153, 1.936, 3.438, 4.939, -1.1, 6.597, 2.382, 10.079, 4.935, 5.705,
    5.573,
  ],
  ...[
    3.996, -2.583, 8.567, -2.483, 3.954, 5.456, -0.352, 3.58, 7.672, 2.904, -0.555, -8.663, -0.887, 0.636,
    0.934,
  ],
  ...[
    -0.84, 4.509, 0.701, 2.562, 5.716, -0.422, 1.799, 11.633, 6.497, -2.174, 2.681, 5.258, 7.934, 3.596,
    0.878,
  ],
  ...[
    0.078, 5.58, 4.252, 0.933, 2.244, 1.335, 5.899, 0.24, 4.946, 6.406, 4.945, -0.337, 8.38, -1.339, -0.787,
    -1.377,
  ],
  ...[
    -1.872, -0.887, -0.856, -1.039, -0.862, -1.324, -1.369, -1.084, -0.045, -0.593, -1.26, -0.721, -1.239,
    -1.229,
  ],
  ...[-0.57, -1.263, -1.838, -1.453, -0.956, -0.936, -0.379, -1.358, -0.634, -0.787, -1.075, -0.582, -0.754],
);

/** Relative to the expected value. */
const near = (actual: number, expected: number, tolerance = 1e-12) =>
  expect(Math.abs(actual - expected) / Math.abs(expected), `${actual} for ${expected}`).toBeLessThan(
    tolerance,
  );

describe('distributions agree with SciPy', () => {
  it('in the middle and far out', () => {
    // scipy.stats.norm.sf, .isf
    near(normalUpper(1), 0.15865525393145707);
    near(normalUpper(5), 2.866515718791933e-7);
    near(normalUpper(12), 1.776482112077653e-33);
    for (const [p, z] of [
      [0.3, 0.5244005127080409],
      [0.025, 1.9599639845400545],
      [1e-6, 4.753424308822899],
      [1e-12, 7.034483825301131],
      [1e-100, 21.273453560965322],
    ] as const)
      near(normalUpperQuantile(p), z);
    // scipy.stats.t.sf, .isf
    near(studentUpper(2, 3), 0.06966298427942152);
    near(studentUpper(10, 50), 8.038667344167724e-14, 1e-11);
    near(studentUpper(40, 8), 8.392859439572896e-11);
    for (const [p, df, t] of [
      [0.025, 1, 12.706204736174705],
      [0.025, 10, 2.2281388519862753],
      [1e-7, 3, 222.5715909471987],
      [1e-9, 2000, 6.025637571042371],
      [0.4, 5, 0.2671808657041451],
    ] as const)
      near(studentUpperQuantile(p, df), t, 1e-10);
    // scipy.stats.chi2.sf, f.sf
    near(chiSquaredUpper(3.84, 1), 0.05004352124870519);
    near(chiSquaredUpper(50, 10), 2.669083424904495e-7);
    near(chiSquaredUpper(1000, 200), 1.5008794119251172e-106, 1e-10);
    near(fisherUpper(4, 2, 20), 0.03457161303360778);
    near(fisherUpper(30, 7, 9000), 2.754829557193564e-41, 1e-10);
    near(fisherUpper(1.1, 100, 50), 0.3600373557413921, 1e-11);
  });
});

describe('trends', () => {
  it('of the Nile agree with pymannkendall and SciPy', () => {
    // pymannkendall.original_test(Nile)
    const plain = mannKendall(nile);
    expect(plain.s).toBe(-1387);
    near(plain.variance, 112728.33333333333);
    near(plain.z, -4.128066522844101);
    near(plain.p, 3.658262921657496e-5, 1e-11);
    // pymannkendall.hamed_rao_modification_test(Nile, lag=11): it looks at the lags before the eleventh
    const serial = mannKendall(nile, { lags: 10 });
    near(serial.variance, 282111.428078166);
    near(serial.p, 0.009068166970294111, 1e-11);
    // scipy.stats.theilslopes(Nile, numpy.arange(100), alpha=0.95)
    const slope = senSlope(nile);
    near(slope.slope, -2.6);
    near(slope.lower, -3.627906976744186);
    near(slope.upper, -1.4285714285714286);
  });

  it('with ties agree with pymannkendall and SciPy', () => {
    // pymannkendall.original_test; scipy.stats.kendalltau for tau-b; theilslopes(..., alpha=0.9)
    const { s, variance, p, tau } = mannKendall(tied);
    expect(s).toBe(92);
    near(variance, 479.3333333333333);
    near(p, 3.232306525280393e-5, 1e-11);
    near(tau, 0.8081376242652526);
    const { slope, lower, upper } = senSlope(tied, 0.9);
    near(slope, 0.4);
    near(lower, 0.3);
    near(upper, 0.4444444444444444);
  });
});

describe('change points agree with ruptures', () => {
  it('of level', () => {
    // ruptures.Pelt(model='l2', min_size=2, jump=1).fit(Nile).predict(pen=100000): the dam of Aswan, 1899
    expect(pelt(100, levelCost(nile), 100_000, 2)).toEqual([28]);
    // Pelt(model='l2', min_size=3, jump=1).fit(series).predict(pen=30)
    expect(pelt(jumps.length, levelCost(jumps), 30, 3)).toEqual([41, 87, 93, 120]);
    expect(pelt(jumps.length, levelCost(jumps), 10, 3)).toEqual([
      40, 71, 78, 81, 87, 90, 93, 98, 101, 115, 120,
    ]);
  });

  it('of level and variance', () => {
    // Pelt(custom_cost=CostNormal(add_small_diag=False), min_size=5, jump=1).fit(series).predict(pen=15)
    expect(pelt(jumps.length, normalCost(jumps), 15, 5)).toEqual([40, 69, 120]);
    expect(pelt(100, normalCost(nile), 8, 5)).toEqual([21, 26, 47, 58]);
  });
});

describe('groups, phases and many tests agree with SciPy', () => {
  it('in every figure', () => {
    // scipy.stats.ttest_ind_from_stats(10, 2, 30, 8.5, 3, 45, equal_var=False)
    const difference = groupDifference({ n: 30, mean: 10, sd: 2 }, { n: 45, mean: 8.5, sd: 3 });
    near(difference?.t ?? 0, 2.5980762113533156);
    near(difference?.p ?? 0, 0.011334065414717953);
    // scipy.stats.friedmanchisquare([1,2,3,2,1.5], [2,3,5,4,2], [1,3,2,2,4], [0,1,1,3,1])
    const blocks = Float64Array.of(
      ...[1, 2, 1, 0],
      ...[2, 3, 3, 1],
      ...[3, 5, 2, 1],
      ...[2, 4, 2, 3],
      ...[1.5, 2, 4, 1],
    );
    const phases = friedman(blocks, 4);
    near(phases.statistic, 8.872340425531918);
    near(phases.p, 0.031037234442825017);
    // scipy.stats.false_discovery_control([0.01, 0.04, 0.03, 0.005, 0.2, 0.04])
    const adjusted = falseDiscovery([0.01, 0.04, 0.03, 0.005, 0.2, 0.04]);
    for (const [at, expected] of [0.03, 0.048, 0.048, 0.03, 0.2, 0.048].entries())
      near(adjusted[at] ?? 0, expected);
  });
});
