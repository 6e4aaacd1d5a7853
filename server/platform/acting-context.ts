import type { Logger } from 'pino';
import type { Actor, Context } from './context.ts';
import { newId } from './ids.ts';

/** A context for work that is done later on somebody's behalf, with what they may do now. */
export function actingContext(
  actor: Actor,
  log: Logger,
  signal: AbortSignal = new AbortController().signal,
): Context {
  const requestId = newId('request');
  return { actor, requestId, log: log.child({ request: requestId, actor: actor.id }), signal };
}
