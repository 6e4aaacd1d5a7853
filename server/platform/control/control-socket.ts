import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { StromaError } from '@stroma/kernel';
import type { Logger } from 'pino';
import { z } from 'zod';
import { fail } from '../failure.ts';
import {
  type OperatorCommands,
  type OperatorLine,
  operatorRequest,
  runOperatorCommand,
} from './operator-commands.ts';

/** The longest address of a Unix socket that every system takes. */
const longestAddress = 100;
const mostRequestBytes = 64 * 1024;

export interface ControlSocket {
  close(): Promise<void>;
}

/**
 * Where the account that runs Stroma can give it orders that need no sign-in: whoever can open the socket can read the
 * data folder too. The socket lies in a folder closed to other accounts; `control.json` in the data folder names it.
 */
export async function openControlSocket(
  dataFolder: string,
  commands: OperatorCommands,
  log: Logger,
): Promise<ControlSocket> {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-control-'));
  chmodSync(folder, 0o700);
  const beside = join(resolve(dataFolder), 'control.sock');
  const address = beside.length <= longestAddress ? beside : join(folder, 'control.sock');
  const note = join(dataFolder, 'control.json');
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', (error) => log.debug({ err: error }, 'an operator went away'));
    void serve(socket, commands, log);
  });
  rmSync(address, { force: true });
  await new Promise<void>((ready, reject) => {
    server.once('error', reject);
    server.listen(address, ready);
  });
  chmodSync(address, 0o600);
  writeFileSync(note, JSON.stringify({ address }), { mode: 0o600 });
  return {
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((closed) => server.close(closed));
      rmSync(note, { force: true });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function serve(socket: Socket, commands: OperatorCommands, log: Logger): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const say = (line: OperatorLine) => socket.writable && socket.write(`${JSON.stringify(line)}\n`);
  try {
    const request = operatorRequest.parse(JSON.parse(await firstLine(socket)));
    const result = await runOperatorCommand(commands, request, {
      signal: gone.signal,
      onProgress: (progress, phase) => say({ progress, phase }),
    });
    say({ result });
  } catch (error) {
    if (!(error instanceof StromaError)) log.error({ err: error }, 'an order of the operator failed');
    say({ error: failureLine(error) });
  }
  socket.end();
}

async function firstLine(socket: Socket): Promise<string> {
  let text = '';
  for await (const part of socket.iterator({ destroyOnReturn: false })) {
    text += String(part);
    if (text.length > mostRequestBytes) fail('PAYLOAD_TOO_LARGE', 'The order is too long.');
    const end = text.indexOf('\n');
    if (end !== -1) return text.slice(0, end);
  }
  return text;
}

export function failureLine(error: unknown): Extract<OperatorLine, { error: object }>['error'] {
  if (error instanceof StromaError) {
    const { code, message, details } = error;
    return { code, message, details };
  }
  if (error instanceof z.ZodError)
    return {
      code: 'INVALID_INPUT',
      message: error.issues.map((issue) => issue.message).join('; '),
      details: {},
    };
  return { code: 'INTERNAL', message: 'It failed for a reason that is in the log.', details: {} };
}

/**
 * Gives an order to the server that runs on this data folder. Null where none does. Throws what the order failed with.
 */
export async function callControl(
  dataFolder: string,
  request: { command: string; input: unknown },
  onLine: (line: OperatorLine) => void,
): Promise<object | null> {
  const address = addressOf(dataFolder);
  if (address === null) return null;
  const socket = connect(address);
  const connected = await new Promise<boolean>((done) => {
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
  if (!connected) return null;
  socket.write(`${JSON.stringify(request)}\n`);
  for await (const text of createInterface({ input: socket })) {
    const line = JSON.parse(text) as OperatorLine;
    if ('result' in line) return line.result;
    if ('error' in line) throw new StromaError(line.error.code, line.error.message, line.error.details);
    onLine(line);
  }
  return fail('NOT_READY', 'The server stopped before it had done what it was asked for. Try again.');
}

function addressOf(dataFolder: string): string | null {
  try {
    const note = z
      .object({ address: z.string() })
      .parse(JSON.parse(readFileSync(join(dataFolder, 'control.json'), 'utf8')));
    return note.address;
  } catch {
    return null;
  }
}
