/**
 * Sealing and opening streams against node:crypto alone doing the same work in one piece, and what encryption costs
 * an object store on disk: taking a file over, and the first local path of it after a restart.
 *   node bench/encryption.ts [megabytes]      one JSON line a figure
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSealed, openWhole, sealedLength, sealStream } from '../server/platform/crypto/sealed-stream.ts';
import { openTestKeys } from '../server/platform/crypto/test-keys.suite.ts';
import { embeddedStore } from '../server/platform/db/test-database.suite.ts';
import { openFolderStore } from '../server/platform/objects/folder-store.ts';
import { openSealedStore } from '../server/platform/objects/sealed-store.ts';
import { inTurns, median, print, printNoise, round, timed } from './measure.ts';

const bench = 'encryption';
const megabytes = Number(process.argv[2] ?? 512);
const rounds = 9;
const piece = randomBytes(1024 * 1024);
const bytes = megabytes * piece.byteLength;
const key = { id: '019a0000-0000-7000-8000-000000000001', secret: randomBytes(32) };
const known = { bytes, sha256: '00'.repeat(32) };

async function* pieces(): AsyncGenerator<Buffer> {
  for (let n = 0; n < megabytes; n++) yield piece;
}

async function drain(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of stream);
}

async function cipherAlone(hash: boolean): Promise<void> {
  const cipher = createCipheriv('aes-256-gcm', key.secret, randomBytes(12));
  const sum = hash ? createHash('sha256') : null;
  for await (const each of pieces()) {
    sum?.update(each);
    cipher.update(each);
  }
  cipher.final();
  sum?.digest();
}

async function compare(
  figure: string,
  target: string,
  ours: () => Promise<unknown>,
  peer: () => Promise<unknown>,
  peerName: string,
): Promise<void> {
  await ours();
  await peer();
  const cpu = { ours: [] as number[], peer: [] as number[] };
  const counted = (side: 'ours' | 'peer', work: () => Promise<unknown>) => async () => {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    cpu[side].push((user + system) / 1000);
  };
  const times = await inTurns(rounds, counted('ours', ours), counted('peer', peer));
  const speed = (ms: readonly number[]) => bytes / 1e6 / (median(ms) / 1000);
  const sides = [
    ['MB a CPU second', cpu],
    ['MB/s', times],
  ] as const;
  for (const [unit, { ours: own, peer: other }] of sides) {
    const ratio = speed(own) / speed(other);
    print({
      bench,
      figure,
      unit,
      ours: round(speed(own), 0),
      peer: round(speed(other), 0),
      peer_name: peerName,
      ratio: round(ratio),
      target,
      ok: ratio >= 0.8,
    });
  }
  printNoise(`${bench}: ${figure}`, { ...times, cpu_ours: cpu.ours, cpu_peer: cpu.peer });
}

const target = 'ratio >= 0.8';
await compare(
  'seal, hash known',
  target,
  () => drain(sealStream(key, pieces(), 'object', 'k', known).stream),
  () => cipherAlone(false),
  'one AES-256-GCM cipher',
);
await compare(
  'seal and hash',
  target,
  () => drain(sealStream(key, pieces(), 'object', 'k').stream),
  () => cipherAlone(true),
  'one AES-256-GCM cipher and SHA-256',
);

const sealed: Buffer[] = [];
for await (const each of sealStream(key, pieces(), 'object', 'k', known).stream) sealed.push(each);
const iv = randomBytes(12);
const cipher = createCipheriv('aes-256-gcm', key.secret, iv);
const alone: Buffer[] = [];
for await (const each of pieces()) alone.push(cipher.update(each));
cipher.final();
const tag = cipher.getAuthTag();
await compare(
  'open',
  target,
  () =>
    drain(
      openWhole(
        (async function* () {
          yield* sealed;
        })(),
        'object',
        'k',
        async () => key,
      ),
    ),
  async () => {
    const decipher = createDecipheriv('aes-256-gcm', key.secret, iv);
    decipher.setAuthTag(tag);
    for (const each of alone) decipher.update(each);
    decipher.final();
  },
  'one AES-256-GCM decipher',
);
const whole = Buffer.concat(sealed);
const { Readable } = await import('node:stream');
const opened = await openSealed(
  { bytes: sealedLength(bytes), read: async (from, to) => Readable.from([whole.subarray(from, to)]) },
  'object',
  'k',
  async () => key,
);
const ranges = 500;
const rangeMs = await timed(async () => {
  for (let n = 0; n < ranges; n++) {
    const from = Math.floor((n / ranges) * (bytes - 1000));
    await drain(opened.read(from, from + 1000));
  }
});
print({
  bench,
  figure: 'a range of 1000 bytes anywhere',
  unit: 'ms',
  ours: round(rangeMs / ranges, 3),
  peer: null,
  peer_name: null,
  ratio: null,
  target: '<= 5 ms',
  ok: rangeMs / ranges <= 5,
});

await objectStores();

/** On disk: what a file costs more to take over, and the decrypting of a work copy. */
async function objectStores(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stroma-bench-'));
  const store = await embeddedStore();
  const { keys, db } = await openTestKeys(await store.open(), store.config.STROMA_DATA);
  const plain = await openFolderStore(join(folder, 'plain'));
  const inner = await openFolderStore(join(folder, 'sealed'));
  const open = (name: string) =>
    openSealedStore(inner, keys, { encrypts: true, copyFolder: join(folder, name) });
  const sealing = await open('copies');
  const source = join(folder, 'source');
  const { writeFile } = await import('node:fs/promises');
  await writeFile(source, pieces());
  const sum = createHash('sha256');
  for await (const each of pieces()) sum.update(each);
  const content = { bytes, sha256: sum.digest('hex') };
  const takeOver = async (into: typeof plain, n: number) => {
    const path = join(folder, `upload-${n}`);
    await cp(source, path);
    const ms = await timed(() => into.putFile('raw/t/upload', path, content));
    return ms;
  };
  const times = { plain: [] as number[], sealed: [] as number[], first: [] as number[] };
  for (let n = 0; n < 3; n++) {
    times.plain.push(await takeOver(plain, n));
    times.sealed.push(await takeOver(sealing, n));
    const fresh = await open(`copies-${n}`);
    times.first.push(await timed(() => fresh.localPath('raw/t/upload')));
  }
  const line = (figure: string, ours: number, peer: number | null) =>
    print({
      bench,
      figure,
      unit: `ms for ${megabytes} MB`,
      ours: round(ours, 0),
      peer: peer === null ? null : round(peer, 0),
      peer_name: peer === null ? null : 'the same store in clear',
      ratio: null,
      target: 'none: what it costs',
      ok: true,
    });
  line('a file is taken over', median(times.sealed), median(times.plain));
  line('first local path after a restart', median(times.first), null);
  printNoise(`${bench}: objects`, times);
  await keys.close();
  await db.close();
  await store.remove();
  await rm(folder, { recursive: true, force: true });
}
