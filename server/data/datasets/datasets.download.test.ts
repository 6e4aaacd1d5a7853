import { createHash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, startDataServer } from '../data-server.suite.ts';

let server: DataServer;
beforeAll(async () => {
  server = await startDataServer();
});
afterAll(() => server.close());

const text = async (path: string) => (await server.admin.fetch('GET', path)).text();

describe('downloads', () => {
  it('give the raw file as it was sent, the data as CSV and Parquet, the rejects as CSV', async () => {
    const raw = `name,n\n${Array.from({ length: 30 }, (_, n) => `"a ""q"", ${n}",${n}`).join('\n')}\nbad,x\n`;
    const dataset = await server.admin.dataset('Ümlaut "q".csv', raw);
    const path = `/data/datasets/${dataset.dataset_id}/download?format=`;
    const sent = await server.admin.fetch('GET', `${path}raw`);
    expect(await sent.text()).toBe(raw);
    expect(sent.headers.get('content-disposition')).toBe(
      `attachment; filename="_mlaut _q_.csv"; filename*=UTF-8''%C3%9Cmlaut%20%22q%22.csv`,
    );
    expect(await text(`${path}csv`)).toBe(raw.replace('bad,x\n', ''));
    expect(await text(`${path}rejects`)).toMatch(/^line,reason,raw\n32,/);
    const parquet = await (await server.admin.fetch('GET', `${path}parquet`)).arrayBuffer();
    const compressors = { ZSTD: (input: Uint8Array) => zstdDecompressSync(input) };
    const rows = await parquetReadObjects({ file: parquet, columns: ['name', 'n'], compressors });
    expect(rows).toHaveLength(30);
    expect(rows[3]).toEqual({ name: 'a "q", 3', n: 3n });
    const sha256 = createHash('sha256').update(new Uint8Array(parquet)).digest('hex');
    expect(dataset.version.content_sha256).toBe(sha256);
  });

  it('give every row of a table larger than one part', async () => {
    const count = 450_000;
    const dataset = await server.admin.dataset(
      'parts.csv',
      `n\n${Array.from({ length: count }, (_, n) => n).join('\n')}\n`,
    );
    const csv = await text(`/data/datasets/${dataset.dataset_id}/download?format=csv`);
    const lines = csv.split('\n');
    expect(lines).toHaveLength(count + 2);
    expect(lines.every((line, index) => index === 0 || index > count || line === String(index - 1))).toBe(
      true,
    );
  });
});
