/** A loss of many rows' scores together, or one that the caller wrote. */
export interface ScoreLoss {
  /** Writes first and second derivatives by each row's score, in pairs. */
  derive(scores: Float64Array, pairs: Float64Array): void;
  mean(scores: Float64Array): number;
}

/** A loss by its derivatives; the second is above 0 where the loss is curved. */
export interface CustomLoss {
  /** Writes the derivatives of each row's loss by its score. */
  derivatives(scores: Float64Array, targets: Float64Array, first: Float64Array, second: Float64Array): void;
  /** Of one row. */
  loss(score: number, target: number): number;
}

export function customLoss(
  custom: CustomLoss,
  targets: Float64Array,
  weights: Float64Array | null,
): ScoreLoss {
  const first = new Float64Array(targets.length);
  const second = new Float64Array(targets.length);
  return {
    derive(scores, pairs) {
      custom.derivatives(scores, targets, first, second);
      for (let row = 0; row < targets.length; row++) {
        const weight = weights === null ? 1 : (weights[row] as number);
        pairs[2 * row] = weight * (first[row] as number);
        pairs[2 * row + 1] = weight * (second[row] as number);
      }
    },
    mean(scores) {
      let sum = 0;
      let total = 0;
      for (let row = 0; row < targets.length; row++) {
        const weight = weights === null ? 1 : (weights[row] as number);
        sum += weight * custom.loss(scores[row] as number, targets[row] as number);
        total += weight;
      }
      return total > 0 ? sum / total : 0;
    },
  };
}

/**
 * Cox's partial likelihood with Breslow's ties (doi:10.1111/j.2517-6161.1972.tb00899.x): the score is the logarithm of
 * the hazard ratio. O(n) once sorted.
 */
export function coxLoss(times: Float64Array, events: Uint8Array, weights: Float64Array | null): ScoreLoss {
  const n = times.length;
  const order = Uint32Array.from(times.keys()).sort(
    (a, b) => (times[a] as number) - (times[b] as number) || a - b,
  );
  const weightOf = (row: number) => (weights === null ? 1 : (weights[row] as number));
  const risks = new Float64Array(n);
  const atRisk = new Float64Array(n);

  /** `atRisk` at each place of the order: the sum over all who are there at that time or later. */
  const prepare = (scores: Float64Array): number => {
    let most = Number.NEGATIVE_INFINITY;
    for (const score of scores) if (score > most) most = score;
    for (let row = 0; row < n; row++) risks[row] = weightOf(row) * Math.exp((scores[row] as number) - most);
    let sum = 0;
    for (let end = n; end > 0; ) {
      let begin = end;
      const time = times[order[end - 1] as number];
      while (begin > 0 && times[order[begin - 1] as number] === time) {
        begin--;
        sum += risks[order[begin] as number] as number;
      }
      for (let place = begin; place < end; place++) atRisk[place] = sum;
      end = begin;
    }
    return most;
  };

  return {
    derive(scores, pairs) {
      prepare(scores);
      let hazard = 0;
      let squares = 0;
      for (let begin = 0; begin < n; ) {
        let end = begin;
        const time = times[order[begin] as number];
        for (; end < n && times[order[end] as number] === time; end++) {
          const row = order[end] as number;
          if (events[row] !== 1) continue;
          const sum = atRisk[begin] as number;
          hazard += weightOf(row) / sum;
          squares += weightOf(row) / (sum * sum);
        }
        for (let place = begin; place < end; place++) {
          const row = order[place] as number;
          const risk = risks[row] as number;
          pairs[2 * row] = risk * hazard - (events[row] === 1 ? weightOf(row) : 0);
          pairs[2 * row + 1] = Math.max(0, risk * hazard - risk * risk * squares);
        }
        begin = end;
      }
    },
    mean(scores) {
      const most = prepare(scores);
      let sum = 0;
      let total = 0;
      for (let place = 0; place < n; place++) {
        const row = order[place] as number;
        if (events[row] !== 1) continue;
        sum += weightOf(row) * (most + Math.log(atRisk[place] as number) - (scores[row] as number));
        total += weightOf(row);
      }
      return total > 0 ? sum / total : 0;
    },
  };
}

/** Pairs beyond this place by score, both, do not count. */
const truncation = 30;

/**
 * LambdaMART (Burges 2010, MSR-TR-2010-82): each pair of a group pulls by what exchanging it would change of the
 * normalised discounted gain. The mean is 1 less that gain.
 */
export function rankingLoss(
  relevance: Float64Array,
  groups: Int32Array,
  weights: Float64Array | null,
): ScoreLoss {
  const n = relevance.length;
  const starts: number[] = [];
  for (let row = 0; row < n; row++) if (row === 0 || groups[row] !== groups[row - 1]) starts.push(row);
  starts.push(n);
  const least = relevance.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const gains = relevance.map((value) => 2 ** (value - least) - 1);
  const discount = (place: number) => 1 / Math.log2(place + 2);
  const ideals = starts.slice(0, -1).map((begin, group) => {
    const sorted = gains
      .slice(begin, starts[group + 1])
      .sort()
      .toReversed();
    return sorted.reduce((sum, gain, place) => sum + gain * discount(place), 0);
  });
  const byScore = (scores: Float64Array, begin: number, end: number) =>
    Array.from({ length: end - begin }, (_, at) => begin + at).sort(
      (a, b) => (scores[b] as number) - (scores[a] as number) || a - b,
    );

  return {
    derive(scores, pairs) {
      pairs.fill(0);
      ideals.forEach((ideal, group) => {
        if (ideal <= 0) return;
        const order = byScore(scores, starts[group] as number, starts[group + 1] as number);
        for (let i = 0; i < Math.min(truncation, order.length); i++)
          for (let j = i + 1; j < order.length; j++) {
            const [upper, lower] = [order[i] as number, order[j] as number];
            const difference = (gains[upper] as number) - (gains[lower] as number);
            if (difference === 0) continue;
            const [better, worse] = difference > 0 ? [upper, lower] : [lower, upper];
            const change = (Math.abs(difference) * (discount(i) - discount(j))) / ideal;
            const doubt = 1 / (1 + Math.exp((scores[better] as number) - (scores[worse] as number)));
            const weight = weights === null ? 1 : (weights[better] as number);
            const first = weight * change * doubt;
            const second = weight * change * doubt * (1 - doubt);
            pairs[2 * better] = (pairs[2 * better] as number) - first;
            pairs[2 * worse] = (pairs[2 * worse] as number) + first;
            pairs[2 * better + 1] = (pairs[2 * better + 1] as number) + second;
            pairs[2 * worse + 1] = (pairs[2 * worse + 1] as number) + second;
          }
      });
    },
    mean(scores) {
      let sum = 0;
      let counted = 0;
      ideals.forEach((ideal, group) => {
        if (ideal <= 0) return;
        const order = byScore(scores, starts[group] as number, starts[group + 1] as number);
        sum +=
          order.reduce((total, row, place) => total + (gains[row] as number) * discount(place), 0) / ideal;
        counted += 1;
      });
      return counted > 0 ? 1 - sum / counted : 0;
    },
  };
}
