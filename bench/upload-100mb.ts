/**
 * 100 MB sent as one multipart body: the time from its last byte to the answer, by when the file is safe on disk.
 * Against writing and syncing as many bytes to the same disk here.
 *   node bench/upload-100mb.ts
 */
import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { median, print, printNoise, round, timed } from './measure.ts';
import { startServer } from './stroma-server.ts';

const bench = 'upload-100mb';
const block = randomBytes(1_000_000).toString('base64').slice(0, 1_000_000);
const server = await startServer();
try {
  const runs = { ours: [] as number[], peer: [] as number[] };
  for (let turn = 0; turn < 3; turn++) {
    runs.peer.push(await timed(() => writeHere(turn)));
    runs.ours.push(await lastByteToAnswer(turn));
  }
  const [our, their] = [median(runs.ours), median(runs.peer)];
  print({
    bench,
    figure: 'last byte to answer',
    unit: 'ms',
    ours: Math.round(our),
    peer: Math.round(their),
    peer_name: 'writing and syncing 100 MB here',
    ratio: round(our / their),
    target: '< 1000',
    ok: our < 1000,
  });
  printNoise(bench, runs);
} finally {
  await server.stop();
}

async function writeHere(turn: number): Promise<void> {
  const path = join(server.folder, `plain-${turn}`);
  const file = await open(path, 'w');
  for (let part = 0; part < 100; part++) await file.write(block);
  await file.sync();
  await file.close();
  await rm(path);
}

/** Each line is a row of one long text, so that reading the file afterwards costs little. */
function lastByteToAnswer(turn: number): Promise<number> {
  const boundary = `stroma-${turn}`;
  return new Promise((done, reject) => {
    let lastByte = Number.NaN;
    const sending = request(
      `${server.url}/api/v1/data/upload`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${server.token}`,
          'content-type': `multipart/form-data; boundary=${boundary}`,
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode === 202) done(performance.now() - lastByte);
          else reject(new Error(`Expected 202, got ${response.statusCode}.`));
        });
      },
    );
    sending.on('error', reject);
    sending.write(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="long_${turn}.csv"\r\ncontent-type: text/csv\r\n\r\nturn,text\n`,
    );
    let part = 0;
    const push = () => {
      while (part < 100) {
        part += 1;
        if (!sending.write(`${turn},${block}\n`)) return sending.once('drain', push);
      }
      sending.end(`\r\n--${boundary}--\r\n`, () => {
        lastByte = performance.now();
      });
    };
    push();
  });
}
