/** Upper tails and quantiles that keep their digits far out, where `1 - cdf` is 0. */

const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/** ln Γ(x), x > 0. Shifted upwards, then Stirling's series; relative error below 1e-14. */
export function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  while (at < 10) {
    shift -= Math.log(at);
    at += 1;
  }
  const square = at * at;
  let power = at;
  let series = 0;
  for (const coefficient of stirling) {
    series += coefficient / power;
    power *= square;
  }
  return shift + (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series;
}

const tiny = 1e-300;
const steps = 10_000;
const close = 1e-16;

/** Regularised upper incomplete gamma Q(a, x). DLMF 8.7.1, 8.9.2. */
export function gammaUpper(a: number, x: number): number {
  if (!(x > 0)) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < steps && Math.abs(term) > Math.abs(sum) * close; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - sum * front;
  }
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < steps; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / nonZero(an * d + b);
    c = nonZero(b + an / c);
    const change = c * d;
    fraction *= change;
    if (Math.abs(change - 1) < close * 10) break;
  }
  return front * fraction;
}

/** Regularised incomplete beta I_x(a, b) by Lentz's continued fraction. DLMF 8.17.22. */
export function betaLower(x: number, a: number, b: number): number {
  if (!(x > 0)) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaLower(1 - x, b, a);
  const front = Math.exp(
    a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b) - Math.log(a),
  );
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < steps; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < close * 10) break;
  }
  return front * fraction;
}

const nonZero = (value: number): number => (Math.abs(value) < tiny ? tiny : value);

/** P(Z > z) of the standard normal. */
export function normalUpper(z: number): number {
  return z < 0 ? 1 - normalUpper(-z) : 0.5 * gammaUpper(0.5, (z * z) / 2);
}

/** P(|Z| > |z|). */
export const normalTwoSided = (z: number): number => Math.min(1, 2 * normalUpper(Math.abs(z)));

/** The z with P(Z > z) = p, 0 < p < 1: a rational start (Abramowitz & Stegun 26.2.23), then Newton on ln P. */
export function normalUpperQuantile(p: number): number {
  if (p > 0.5) return -normalUpperQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let z =
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let round = 0; round < 20; round++) {
    const upper = normalUpper(z);
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    const change = ((Math.log(upper) - Math.log(p)) * upper) / density;
    z += change;
    if (Math.abs(change) < 1e-14 * Math.max(1, z)) break;
  }
  return z;
}

/** P(X > x) of chi-squared with `df` degrees of freedom. */
export const chiSquaredUpper = (x: number, df: number): number => gammaUpper(df / 2, x / 2);

/** P(T > t) of Student's t. */
export function studentUpper(t: number, df: number): number {
  return t < 0 ? 1 - studentUpper(-t, df) : 0.5 * betaLower(df / (df + t * t), df / 2, 0.5);
}

/** P(F > f) of Fisher's F. */
export const fisherUpper = (f: number, above: number, below: number): number =>
  f <= 0 ? 1 : betaLower(below / (below + above * f), below / 2, above / 2);

/** The t with P(T > t) = p, 0 < p < 0.5, by halving the interval and then Newton on ln P. */
export function studentUpperQuantile(p: number, df: number): number {
  let low = 0;
  let high = Math.max(2, normalUpperQuantile(p) * 2);
  while (studentUpper(high, df) > p) {
    low = high;
    high *= 2;
  }
  let t = (low + high) / 2;
  const scale = Math.exp(logGamma((df + 1) / 2) - logGamma(df / 2)) / Math.sqrt(df * Math.PI);
  for (let round = 0; round < 200; round++) {
    const upper = studentUpper(t, df);
    if (upper > p) low = t;
    else high = t;
    const density = scale * (1 + (t * t) / df) ** (-(df + 1) / 2);
    const next = t + ((Math.log(upper) - Math.log(p)) * upper) / density;
    const inside = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(inside - t) <= 1e-14 * t) return inside;
    t = inside;
  }
  return t;
}
