import type { IncomingMessage } from 'node:http';
import { newId } from '../ids.ts';

const wellFormed = /^[A-Za-z0-9_-]{8,64}$/;

/** The caller's own `X-Request-Id` where it cannot harm a log or a header, otherwise a new one. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && wellFormed.test(given) ? given : newId('request');
}
