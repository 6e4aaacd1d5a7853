import { refused } from './checks.ts';

/** Values of places (of a sequence, an image, a graph), each with as many channels, place by place. */
export type Values = Float32Array | Float64Array;

/** What a network is told of each channel. */
export interface Scaling {
  /** Mean and standard deviation of the values that are known; a constant channel's is taken as 1. */
  centres: Float64Array;
  scales: Float64Array;
  /** 1 where some are missing: such a channel is followed by one that says so. */
  flagged: Uint8Array;
}

/**
 * Of the places that `held` names (all when null). Throws INVALID_INPUT for an infinite value and for a channel of
 * which nothing is known.
 */
export function scalingOf(
  values: Values,
  channels: number,
  held: Uint8Array | null,
  names?: readonly string[],
): Scaling {
  const [centres, scales] = [new Float64Array(channels), new Float64Array(channels)];
  const flagged = new Uint8Array(channels);
  const places = values.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const known = (place: number): number =>
      held === null || held[place] === 1 ? (values[place * channels + channel] as number) : Number.NaN;
    const moments = momentsOf(places, known);
    const name = names?.[channel] ?? `channel ${channel + 1}`;
    if (moments.count === 0)
      throw refused(`Nothing is known of ${name}: all its values are missing. Leave it out.`);
    if (!Number.isFinite(moments.centre + moments.spread))
      throw refused(`${name} holds infinite values; values must be finite or missing (NaN).`);
    centres[channel] = moments.centre;
    scales[channel] = moments.spread > 0 ? moments.spread : 1;
    flagged[channel] = moments.count < countHeld(held, places) ? 1 : 0;
  }
  return { centres, scales, flagged };
}

const countHeld = (held: Uint8Array | null, places: number): number =>
  held === null ? places : held.reduce((count, each) => count + each, 0);

/** In two passes, of what is known. */
function momentsOf(places: number, known: (place: number) => number) {
  let count = 0;
  let sum = 0;
  for (let place = 0; place < places; place++) {
    const value = known(place);
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  const centre = sum / count;
  let squares = 0;
  for (let place = 0; place < places; place++) {
    const value = known(place);
    if (!Number.isNaN(value)) squares += (value - centre) ** 2;
  }
  return { count, centre, spread: Math.sqrt(squares / count) };
}

export const scaledChannels = ({ flagged }: Scaling): number =>
  flagged.length + flagged.reduce((count, each) => count + each, 0);

/**
 * Values in standard deviations about the mean, a missing one 0, and after them 1 for each flagged channel that is
 * missing; all 0 in places that are not held. Throws INVALID_INPUT for an infinite value.
 */
export function scaled(values: Values, scaling: Scaling, held: Uint8Array | null): Float32Array {
  const { centres, scales, flagged } = scaling;
  const channels = centres.length;
  const width = scaledChannels(scaling);
  const places = values.length / channels;
  const result = new Float32Array(places * width);
  for (let place = 0; place < places; place++) {
    if (held !== null && held[place] === 0) continue;
    let flag = place * width + channels;
    for (let channel = 0; channel < channels; channel++) {
      const value = values[place * channels + channel] as number;
      const missing = Number.isNaN(value);
      if (!missing && !Number.isFinite(value))
        throw refused(
          `Channel ${channel + 1} holds an infinite value; values must be finite or missing (NaN).`,
        );
      if (!missing)
        result[place * width + channel] =
          (value - (centres[channel] as number)) / (scales[channel] as number);
      if (flagged[channel] === 1) result[flag++] = missing ? 1 : 0;
    }
  }
  return result;
}
