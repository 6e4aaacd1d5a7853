/**
 * Asks for the same few things again and again over kept connections, in a process of its own so that it does not
 * share the server's loop. A hand-written client: at these rates a general one would measure itself.
 *   node bench/load.ts < plan.json      prints one JSON document
 */
import { connect, type Socket } from 'node:net';
import { quantile } from './measure.ts';

export interface LoadPlan {
  url: string;
  token: string | null;
  callers: number;
  seconds: number;
  /** Taken in turns; `{n}` in a path or body is replaced by a number that never repeats. */
  requests: { method: 'GET' | 'POST'; path: string; body?: string }[];
  /** Pause of each caller between an answer and its next question; they start spread over one. 0 when absent. */
  pauseMs?: number;
}

export interface LoadResult {
  answers: number;
  failures: number;
  per_second: number;
  p50: number;
  p95: number;
  p99: number;
}

async function applyLoad(plan: LoadPlan): Promise<LoadResult> {
  const times: number[] = [];
  let failures = 0;
  let next = 0;
  const began = performance.now();
  // The first fifth warms connections and compilers and is not counted.
  const countFrom = began + plan.seconds * 200;
  const end = countFrom + plan.seconds * 1000;
  const caller = async (_: unknown, index: number) => {
    const connection = await Connection.open(plan.url);
    if (plan.pauseMs)
      await new Promise((done) => setTimeout(done, ((plan.pauseMs ?? 0) * index) / plan.callers));
    while (performance.now() < end) {
      const number = next++;
      const request = plan.requests[number % plan.requests.length];
      if (!request) break;
      const asked = performance.now();
      const status = await connection.ask(writeRequest(plan, request, number));
      const answered = performance.now();
      if (status < 200 || status > 299) failures += 1;
      if (asked >= countFrom) times.push(answered - asked);
      if (plan.pauseMs) await new Promise((done) => setTimeout(done, plan.pauseMs));
    }
    connection.close();
  };
  // A caller that sleeps is woken by the server's write, at the server's cost, and the more often the slower the
  // server is; callers on other machines are woken by their own. So the asking process stays awake.
  let asking = plan.pauseMs === undefined;
  const stayAwake = () => {
    if (asking) setImmediate(stayAwake);
  };
  stayAwake();
  await Promise.all(Array.from({ length: plan.callers }, caller));
  asking = false;
  const seconds = (performance.now() - countFrom) / 1000;
  return {
    answers: times.length,
    failures,
    per_second: times.length / seconds,
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    p99: quantile(times, 0.99),
  };
}

function writeRequest(plan: LoadPlan, request: LoadPlan['requests'][number], number: number): string {
  const fill = (text: string) => text.replaceAll('{n}', String(number));
  const body = request.body === undefined ? '' : fill(request.body);
  const headers = [
    `${request.method} ${fill(request.path)} HTTP/1.1`,
    `host: ${new URL(plan.url).host}`,
    ...(plan.token === null ? [] : [`authorization: Bearer ${plan.token}`]),
    ...(body === '' ? [] : ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`]),
  ];
  return `${headers.join('\r\n')}\r\n\r\n${body}`;
}

/** One request at a time; answers need a content-length, as all of these have. */
class Connection {
  readonly #socket: Socket;
  #held: Buffer = Buffer.alloc(0);
  #done: ((status: number) => void) | null = null;
  #failed: ((error: Error) => void) | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (part) => this.#read(part));
    socket.on('error', (error) => this.#failed?.(error));
    socket.on('close', () => this.#failed?.(new Error('The server closed the connection.')));
  }

  static open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url);
    return new Promise((done, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      socket.once('connect', () => done(new Connection(socket)));
      socket.once('error', reject);
    });
  }

  ask(request: string): Promise<number> {
    return new Promise((done, reject) => {
      this.#done = done;
      this.#failed = reject;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#failed = null;
    this.#socket.destroy();
  }

  #read(part: Buffer): void {
    this.#held = this.#held.length === 0 ? part : Buffer.concat([this.#held, part]);
    const head = this.#held.indexOf('\r\n\r\n');
    if (head < 0) return;
    const text = this.#held.toString('latin1', 0, head);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) {
      this.#failed?.(new Error(`Expected an answer with a content-length, got ${text.slice(0, 200)}`));
      return;
    }
    if (this.#held.length < head + 4 + length) return;
    this.#held = this.#held.subarray(head + 4 + length);
    this.#done?.(Number(text.slice(9, 12)));
  }
}

if (import.meta.main) {
  let text = '';
  for await (const part of process.stdin) text += String(part);
  console.log(JSON.stringify(await applyLoad(JSON.parse(text) as LoadPlan)));
}
