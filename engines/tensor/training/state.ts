import { createHash } from 'node:crypto';
import { StromaError } from '@stroma/kernel';
import { initialValues, lengthOf } from './layout.ts';
import type { TrainingPlan } from './plan.ts';

/** Where a training stands. Continued from here it gives the same bits as one that never paused. */
export interface TrainingState {
  /** Of the plan it belongs to. */
  fingerprint: string;
  seed: number;
  /** Steps done. */
  step: number;
  parameters: Float32Array;
  moments: Float32Array[];
  kept: Float32Array;
}

/** Names a plan: equal for equal graphs, optimisers, schedules and numbers of threads. */
export function fingerprintOf(plan: TrainingPlan): string {
  return createHash('sha256')
    .update(plan.model)
    .update(JSON.stringify([plan.schedule, plan.optimiser, plan.shared?.threads ?? 1]))
    .digest('hex')
    .slice(0, 32);
}

/** Before the first step. */
export function initialState(plan: TrainingPlan, seed: number): TrainingState {
  const parameters = initialValues(plan.parameters, seed);
  return {
    fingerprint: fingerprintOf(plan),
    seed,
    step: 0,
    parameters,
    moments: Array.from({ length: plan.moments }, () => new Float32Array(parameters.length)),
    kept: initialValues(plan.kept, seed),
  };
}

/** Throws CONFLICT when the state belongs to another plan. */
export function checkState(plan: TrainingPlan, state: TrainingState): void {
  const { fingerprint, parameters, moments, kept } = state;
  const size = lengthOf(plan.parameters);
  const fits = [parameters, ...moments].every(({ length }) => length === size);
  if (
    fingerprint === fingerprintOf(plan) &&
    fits &&
    moments.length === plan.moments &&
    kept.length === lengthOf(plan.kept)
  )
    return;
  throw new StromaError(
    'CONFLICT',
    'The saved training belongs to another network, optimiser, schedule or number of threads; continue it with the plan it was begun with.',
  );
}

const magic = 'STROMA-TRAINING-1\n';

/** As bytes: a line of JSON, then the values, little-endian. */
export function encodeState(state: TrainingState): Uint8Array<ArrayBuffer> {
  const { fingerprint, seed, step, parameters, moments, kept } = state;
  const head = {
    fingerprint,
    seed,
    step,
    parameters: parameters.length,
    moments: moments.length,
    kept: kept.length,
  };
  const text = new TextEncoder().encode(`${magic}${JSON.stringify(head)}\n`);
  const all = [parameters, ...moments, kept];
  const bytes = new Uint8Array(text.length + all.reduce((sum, { byteLength }) => sum + byteLength, 0));
  bytes.set(text);
  let at = text.length;
  for (const part of all) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return bytes;
}

/**
 * Back from `encodeState`. Throws MALFORMED_FILE when the bytes are not such a state or end before they
 * should.
 */
export function decodeState(bytes: Uint8Array): TrainingState {
  const end = bytes.indexOf(10, magic.length);
  const text = new TextDecoder().decode(bytes.subarray(0, Math.max(0, end)));
  if (!text.startsWith(magic)) throw malformed('it does not begin as one');
  const head = headOf(text.slice(magic.length));
  const values = head.parameters * (1 + head.moments) + head.kept;
  if (bytes.length !== end + 1 + 4 * values)
    throw malformed(`${values} values were expected after its first lines`);
  const data = new Float32Array(bytes.slice(end + 1).buffer);
  const part = (from: number, size: number) => data.slice(from, from + size);
  return {
    fingerprint: head.fingerprint,
    seed: head.seed,
    step: head.step,
    parameters: part(0, head.parameters),
    moments: Array.from({ length: head.moments }, (_, at) =>
      part((at + 1) * head.parameters, head.parameters),
    ),
    kept: part(head.parameters * (1 + head.moments), head.kept),
  };
}

type Head = Record<'parameters' | 'moments' | 'kept' | 'seed' | 'step', number> & { fingerprint: string };

function headOf(text: string): Head {
  try {
    return JSON.parse(text) as Head;
  } catch {
    throw malformed('its second line is no JSON');
  }
}

const malformed = (why: string) =>
  new StromaError('MALFORMED_FILE', `These bytes are not a saved training: ${why}.`);
