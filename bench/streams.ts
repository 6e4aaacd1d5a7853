/**
 * Streams: events accepted over HTTP batches, each answered when it is on disk; and 1,000 clients that listen to a
 * topic at 200 events a second. Delivery is from the moment an event is sent to the moment its last client has it;
 * the listeners run in a process of their own, whose own delay is in the figure.
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { print, round } from './measure.ts';
import { startServer } from './stroma-server.ts';

const bench = 'streams';
const clients = Number(process.env.BENCH_STREAM_CLIENTS ?? 1000);
const seconds = Number(process.env.BENCH_STREAM_SECONDS ?? 20);
const perSecond = 200;
const batchEvents = 1000;
const senders = 8;

if (process.argv[2] === 'listen') await listen();
else await measure();

async function measure(): Promise<void> {
  const server = await startServer();
  try {
    const columns = [
      { name: 'sent', type: 'number' as const, required: true },
      { name: 'patient', type: 'text' as const, required: true },
      { name: 'beats', type: 'integer' as const, required: true },
      { name: 'celsius', type: 'number' as const, required: true },
    ];
    for (const name of ['ingest', 'live']) await server.client.streams.create({ body: { name, columns } });
    await ingest(server.url, server.token);
    await deliver(server.url, server.token, server.pid);
  } finally {
    await server.stop();
  }
}

function event(n: number) {
  return {
    sent: Date.now(),
    patient: `patient-${n % 500}`,
    beats: 60 + (n % 60),
    celsius: 36 + (n % 40) / 10,
  };
}

async function post(url: string, token: string, topic: string, body: string): Promise<void> {
  const response = await fetch(`${url}/api/v1/streams/${topic}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    body,
  });
  if (response.status !== 201) throw new Error(await response.text());
  await response.arrayBuffer();
}

async function ingest(url: string, token: string): Promise<void> {
  const body = Array.from({ length: batchEvents }, (_, n) => JSON.stringify(event(n))).join('\n');
  for (let n = 0; n < 20; n++) await post(url, token, 'ingest', body);
  let sent = 0;
  const begun = performance.now();
  const until = begun + seconds * 1000;
  await Promise.all(
    Array.from({ length: senders }, async () => {
      while (performance.now() < until) {
        await post(url, token, 'ingest', body);
        sent += batchEvents;
      }
    }),
  );
  const rate = sent / ((performance.now() - begun) / 1000);
  print({
    bench,
    figure: `events accepted over HTTP in batches of ${batchEvents}, durable before the answer`,
    unit: 'events/s',
    ours: round(rate, 0),
    peer: null,
    peer_name: null,
    ratio: null,
    target: '>= 50000',
    ok: rate >= 50_000,
  });
}

async function deliver(url: string, token: string, pid: number): Promise<void> {
  const child = fork(import.meta.filename, ['listen'], {
    env: { ...process.env, STREAM_URL: url, STREAM_TOKEN: token },
  });
  const next = () => new Promise<number[]>((done) => child.once('message', (told) => done(told as number[])));
  await next();
  const cpuBefore = cpuSeconds(pid);
  const begun = performance.now();
  for (let n = 0; n < perSecond * seconds; n += 2) {
    const wait = begun + (n / perSecond) * 1000 - performance.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    void post(url, token, 'live', `${JSON.stringify(event(n))}\n${JSON.stringify(event(n + 1))}`);
  }
  const elapsed = (performance.now() - begun) / 1000;
  const cores = (cpuSeconds(pid) - cpuBefore) / elapsed;
  const result = next();
  child.send('end');
  const [p50 = 0, p99 = 0, received = 0] = await result;
  child.kill();
  const figure = (name: string, unit: string, ours: number, target: string, ok: boolean) =>
    print({ bench, figure: name, unit, ours, peer: null, peer_name: null, ratio: null, target, ok });
  const which = `${clients} clients, ${perSecond} events/s`;
  figure(`${which}: delivery, median`, 'ms', round(p50, 1), '-', true);
  figure(`${which}: delivery, p99`, 'ms', round(p99, 1), '<= 100', p99 <= 100);
  figure(`${which}: CPU of the server`, 'cores', round(cores), '<= 0.5', cores <= 0.5);
  const share = received / (clients * perSecond * seconds);
  figure(`${which}: events that arrived`, 'share', round(share, 4), '1', share === 1);
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Counts events as bytes come, and takes the time of those at the end of each piece: one in a few of all. */
async function listen(): Promise<void> {
  const { hostname, port } = new URL(process.env.STREAM_URL ?? '');
  const delays: number[] = [];
  let received = 0;
  let connected = 0;
  const marker = Buffer.from('"sent":');
  for (let n = 0; n < clients; n++) {
    const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname);
    socket.write(
      `GET /api/v1/streams/live HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${process.env.STREAM_TOKEN}\r\n\r\n`,
    );
    let first = true;
    socket.on('data', (piece: Buffer) => {
      if (first) {
        first = false;
        connected += 1;
        if (connected === clients) process.send?.([]);
      }
      const now = Date.now();
      for (let at = piece.indexOf(marker); at !== -1; at = piece.indexOf(marker, at + 7)) {
        received += 1;
        const sent = Number(piece.toString('latin1', at + 7, at + 20));
        if (sent > 1e12) delays.push(now - sent);
      }
    });
    if (n % 50 === 49) await new Promise((done) => setTimeout(done, 20));
  }
  process.on('message', () => {
    setTimeout(() => {
      delays.sort((a, b) => a - b);
      const at = (share: number) => delays[Math.floor(share * (delays.length - 1))] ?? 0;
      process.send?.([at(0.5), at(0.99), received]);
    }, 1500);
  });
}
