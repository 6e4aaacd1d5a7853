import type { TimePlan } from '../table/encoder-options.ts';
import type { GraphWriter, Value } from './graph-writer.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const yearMs = 365.2425 * dayMs;
const lengths = { month: 12, weekday: 7, hour: 24 } as const;

/** Parts of times (milliseconds since 1970, rows x 1) as table/number-encoding.ts has them. */
export function timeNodes(g: GraphWriter, times: Value, { parts, cyclic }: TimePlan): Value[] {
  const arithmetic = new Arithmetic(g);
  return parts.flatMap((part): Value[] => {
    if (part === 'year') return [g.op('Add', [g.op('Div', [times, g.scalar(yearMs)]), g.scalar(1970)])];
    const place = arithmetic[part](times);
    if (!cyclic) return [place];
    const angle = g.op('Mul', [place, g.scalar((2 * Math.PI) / lengths[part])]);
    return [g.op('Sin', [angle]), g.op('Cos', [angle])];
  });
}

/** Whole numbers in double, which holds those of any date exactly. */
class Arithmetic {
  readonly #g: GraphWriter;

  constructor(g: GraphWriter) {
    this.#g = g;
  }

  hour(times: Value): Value {
    const minutes = this.#floor(this.#rest(times, hourMs), 60_000);
    const hours = this.#rest(this.#floor(times, hourMs), 24);
    return this.#add(hours, this.#g.op('Div', [minutes, this.#g.scalar(60)]));
  }

  /** Sunday is 0; the first of 1970 was a Thursday. */
  weekday(times: Value): Value {
    return this.#rest(this.#add(this.#floor(times, dayMs), this.#g.scalar(4)), 7);
  }

  /**
   * January is 0. Days are counted from the first of March of the year 0, so that a leap day ends its year: the civil
   * calendar as Howard Hinnant (2013) computes it, "chrono-compatible low-level date algorithms".
   */
  month(times: Value): Value {
    const g = this.#g;
    const days = this.#add(this.#floor(times, dayMs), g.scalar(719_468));
    const day = this.#rest(days, 146_097);
    const leaps = this.#sum([
      day,
      g.op('Neg', [this.#floor(day, 1_460)]),
      this.#floor(day, 36_524),
      g.op('Neg', [this.#floor(day, 146_096)]),
    ]);
    const year = this.#floor(leaps, 365);
    const begun = this.#sum([
      g.op('Mul', [year, g.scalar(365)]),
      this.#floor(year, 4),
      g.op('Neg', [this.#floor(year, 100)]),
    ]);
    const ofYear = g.op('Sub', [day, begun]);
    const fromMarch = this.#floor(this.#add(g.op('Mul', [ofYear, g.scalar(5)]), g.scalar(2)), 153);
    return this.#rest(this.#add(fromMarch, g.scalar(2)), 12);
  }

  #floor(value: Value, by: number): Value {
    return this.#g.op('Floor', [this.#g.op('Div', [value, this.#g.scalar(by)])]);
  }

  /** 0 to `by`, of negative ones too. */
  #rest(value: Value, by: number): Value {
    const whole = this.#g.op('Mul', [this.#floor(value, by), this.#g.scalar(by)]);
    return this.#g.op('Sub', [value, whole]);
  }

  #add(a: Value, b: Value): Value {
    return this.#g.op('Add', [a, b]);
  }

  #sum(values: readonly Value[]): Value {
    return this.#g.op('Sum', values);
  }
}
