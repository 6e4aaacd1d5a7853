import { type ChildProcess, spawn } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Client, createClient } from '@stroma/sdk';

export interface BenchServer {
  url: string;
  token: string;
  client: Client;
  folder: string;
  pid: number;
  stop(): Promise<void>;
}

const email = 'bench@example.org';
const password = 'only-for-the-benchmark';

/** A folder in BENCH_CPU_PROFILE gets a CPU profile of the server's threads when it stops. */
const profileFolder = process.env.BENCH_CPU_PROFILE;
const nodeOptions = profileFolder ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`] : [];

/** A server of its own on a temporary folder, without samples, limits of requests or request logs. */
export async function startServer(): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'stroma-bench-'));
  const child = spawn(process.execPath, [...nodeOptions, join(import.meta.dirname, '../server/main.ts')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      UV_THREADPOOL_SIZE: '16',
      PORT: '0',
      STROMA_DATA: join(folder, 'data'),
      STROMA_DEMO: '0',
      STROMA_LOG_LEVEL: 'error',
      STROMA_ADMIN_EMAIL: email,
      STROMA_ADMIN_PASSWORD: password,
      STROMA_RATE_LIMIT_PER_MINUTE: '1000000000',
      STROMA_STREAMS_EVENTS_PER_SECOND: '10000000',
      STROMA_STREAMS_BYTES_PER_SECOND: '10000000000',
    },
  });
  try {
    const url = await addressOf(child);
    const answer = await createClient({ baseUrl: url }).identity.login({ body: { email, password } });
    const token = answer.status === 'signed_in' ? answer.token : null;
    if (token === null) throw new Error('The sign-in of the benchmark gave no token.');
    return {
      url,
      token,
      client: createClient({ baseUrl: url, token }),
      folder,
      pid: child.pid ?? 0,
      async stop() {
        await ended(child);
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await ended(child);
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Sends a file and waits until it is a dataset. */
export async function addDataset(
  { client }: BenchServer,
  path: string,
): Promise<{ datasetId: string; jobId: string }> {
  const sent = await client.uploadFile({ name: basename(path), data: await openAsBlob(path) });
  const id = sent.job_id ?? '';
  for (;;) {
    const job = await client.jobs.get({ params: { id } });
    if (job.status === 'succeeded') return { datasetId: String(job.result?.dataset_id), jobId: id };
    if (job.status !== 'queued' && job.status !== 'running')
      throw new Error(job.error?.message ?? job.status);
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  let said = '';
  for await (const part of child.stdout ?? []) {
    said += String(part);
    const url = /Stroma is at (\S+)/.exec(said)?.[1];
    // The rest of what it says is read and dropped, so that the pipe never fills.
    if (url !== undefined) return url;
  }
  throw new Error(`Expected the server to say where it is, but it ended: ${said}`);
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    child.once('exit', () => done());
    child.kill('SIGTERM');
  });
}
