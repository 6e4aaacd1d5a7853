import type { Socket } from 'node:net';
import { type ErrorAnswer, type ErrorCode, errorCatalogue } from '@stroma/contracts';
import { newId } from '../ids.ts';

interface Unreadable {
  code: ErrorCode;
  message: string;
}

const unreadable: Unreadable = {
  code: 'INVALID_INPUT',
  message: 'This is not a request that HTTP/1.1 knows.',
};
const known: Record<string, Unreadable> = {
  HPE_HEADER_OVERFLOW: {
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The address and the headers together are longer than 16 KB.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'INVALID_INPUT',
    message: 'The headers of the request did not arrive in time.',
  },
};

/** For what never became a request: the answer is written by hand, in the form of every other refusal. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const { code, message } = known[error.code ?? ''] ?? unreadable;
  const { status } = errorCatalogue[code];
  const requestId = newId('request');
  const answer: ErrorAnswer = {
    error: { code, message, details: {}, request_id: requestId, timestamp: new Date().toISOString() },
  };
  const body = JSON.stringify(answer);
  if (socket.writable)
    socket.write(
      [
        `HTTP/1.1 ${status} ${status === 413 ? 'Payload Too Large' : 'Bad Request'}`,
        'content-type: application/json; charset=utf-8',
        `content-length: ${Buffer.byteLength(body)}`,
        'cache-control: no-store',
        'x-content-type-options: nosniff',
        `x-request-id: ${requestId}`,
        'connection: close',
        '',
        body,
      ].join('\r\n'),
    );
  socket.destroy(error);
}
