import type { Operation } from './openapi.ts';

export interface CallAnswer {
  status: number;
  statusText: string;
  durationMs: number;
  requestId: string | null;
  body: string;
}

/** The address with its parameters filled in; empty query parameters are left out. */
export function addressOf(operation: Operation, values: Record<string, string>): string {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? ''),
  );
  const query = new URLSearchParams();
  for (const { name, in: place } of operation.parameters)
    if (place === 'query' && values[name]) query.set(name, values[name]);
  const prefix = path.startsWith('/api/') ? '' : '/api/v1';
  return `${prefix}${path}${query.size > 0 ? `?${query}` : ''}`;
}

/** The same call for a terminal. */
export function curlOf(operation: Operation, address: string, body: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const lines = [`curl -X ${operation.method} ${quoted(`${window.location.origin}${address}`)}`];
  lines.push(`-H "Authorization: Bearer $STROMA_TOKEN"`);
  if (operation.body !== null) lines.push(`-H 'Content-Type: application/json'`, `-d ${quoted(body)}`);
  else if (operation.takesFile) lines.push(`-F 'file=@table.csv'`);
  return lines.join(' \\\n  ');
}

const longestShown = 200_000;

/** Sends the call as the person who is signed in. Network failures throw; any status is an answer. */
export async function sendCall(operation: Operation, address: string, body: string): Promise<CallAnswer> {
  const began = performance.now();
  const response = await fetch(address, {
    method: operation.method,
    headers: {
      accept: 'application/json',
      ...(operation.body !== null && { 'content-type': 'application/json' }),
    },
    ...(operation.body !== null && { body }),
  });
  const text = await response.text();
  return {
    status: response.status,
    statusText: response.statusText,
    durationMs: performance.now() - began,
    requestId: response.headers.get('x-request-id'),
    body: pretty(text).slice(0, longestShown),
  };
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Null when the text is JSON, otherwise why it is not. */
export function jsonFault(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
