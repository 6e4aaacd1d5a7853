import type { AlertEntry, AlertState } from '@stroma/contracts';

export interface Standing {
  status: AlertState;
  toldAt: Date | null;
  waiting: boolean;
  acknowledged: boolean;
  /** Of what was found since it last was all right, somebody was told. */
  known: boolean;
}

export interface Manner {
  quiet: boolean;
  coolDownMinutes: number;
  tellMissing: boolean;
  tellResolved: boolean;
  now: Date;
}

export interface Step {
  /** Null: nothing new is to be written down. */
  told: AlertEntry['told'] | null;
  /** Whether somebody is to be told now. */
  tells: boolean;
  waiting: boolean;
  /** What was acknowledged is over. */
  forgetsAcknowledgement: boolean;
}

const nothing: Step = { told: null, tells: false, waiting: false, forgetsAcknowledgement: false };

/**
 * What follows when a look found `next`.
 * 1. Firing and missing are told once, when they begin; not in quiet hours, nor sooner after the last time than the
 *    cool-down. What was held back is told when it may be, if it still stands and nobody has acknowledged it.
 * 2. That it is over is told where its beginning was told, at any hour but the quiet ones.
 * 3. An alert that was never looked at begins silently where all is right.
 */
export function step(standing: Standing, next: Exclude<AlertState, 'unknown'>, manner: Manner): Step {
  const changed = standing.status !== next;
  if (next === 'ok') {
    if (!changed) return nothing;
    if (standing.status === 'unknown') return { ...nothing, told: 'off' };
    const tells = manner.tellResolved && standing.known && !manner.quiet;
    const told = tells ? 'sent' : manner.quiet && standing.known && manner.tellResolved ? 'quiet' : 'off';
    return { told, tells, waiting: false, forgetsAcknowledgement: true };
  }
  if (!changed && (!standing.waiting || standing.acknowledged)) return { ...nothing };
  const wanted = next === 'firing' || manner.tellMissing;
  if (!wanted) return { ...nothing, told: changed ? 'off' : null, forgetsAcknowledgement: changed };
  if (manner.quiet)
    return { told: changed ? 'quiet' : null, tells: false, waiting: true, forgetsAcknowledgement: changed };
  const cool =
    standing.toldAt !== null &&
    manner.now.getTime() - standing.toldAt.getTime() < manner.coolDownMinutes * 60_000;
  if (cool)
    return {
      told: changed ? 'cool_down' : null,
      tells: false,
      waiting: true,
      forgetsAcknowledgement: changed,
    };
  return { told: 'sent', tells: true, waiting: false, forgetsAcknowledgement: changed };
}
