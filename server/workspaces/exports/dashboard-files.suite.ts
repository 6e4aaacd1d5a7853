import type { ProvenanceGraph } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import { admin, at, board, doses, file, recorded, server } from '../watch-rooms.stage.suite.ts';
import { makeDosesBoard, pagesOf } from '../watch-rooms.suite.ts';

export function describeFiles(): void {
  describe('a dashboard as a file', () => {
    it('is a PDF that says what is on screen, its filter, its figures and where they came from', async () => {
      const { bytes, headers } = await file(admin, { format: 'pdf' });
      expect(headers.get('content-type')).toBe('application/pdf');
      expect(headers.get('content-disposition')).toContain('Doses');
      const pages = await pagesOf(bytes);
      const text = pages.join('\n');
      for (const said of [
        'Doses & sites',
        'site is Berlin, Halle',
        'Mean dose',
        '17 mg',
        'Dose by site',
        'All doses',
        'calm',
        'Given in 2024',
        board.dashboard_id,
        'Query SHA-256',
        'doses, version 1',
      ])
        expect(text).toContain(said);
      expect(text).not.toContain('Köln');
      expect(pages[0]).toContain(`Page 1 of ${pages.length}`);
      expect(pages[0]).toContain(headers.get('stroma-export'));
    });

    it('shows what the state of the moment leaves, and not what the board holds', async () => {
      const state = { filters: [{ column: 'site', op: 'in', values: ['Köln'] }] };
      const pages = await pagesOf((await file(admin, { format: 'pdf', state })).bytes);
      expect(pages.join('\n')).toContain('31 mg');
      expect(pages.join('\n')).toContain('site is Köln');
      expect(pages.join('\n')).not.toContain('Halle');
    });

    it('is a picture, light and dark, of the width asked for', async () => {
      const [light, dark] = await Promise.all([
        file(admin, { format: 'png', width: 800 }),
        file(admin, { format: 'png', width: 800, scheme: 'dark' }),
      ]);
      for (const { bytes } of [light, dark]) {
        expect(bytes.subarray(1, 4).toString()).toBe('PNG');
        expect(bytes.readUInt32BE(16)).toBe(1600);
      }
      expect(light.bytes.equals(dark.bytes)).toBe(false);
      const { text } = await file(admin, { format: 'svg', width: 800 });
      expect(text).toMatch(/^<svg[^>]+width="800"/);
      expect(text).toContain('Doses &amp; sites');
      expect(text).not.toMatch(/href="(?!#)/);
    });

    it('is a page that loads nothing and runs nothing', async () => {
      const { text } = await file(admin, { format: 'html' });
      expect(text).toContain("default-src 'none'");
      expect(text).not.toMatch(/<script|<link|src=|javascript:|url\(h/i);
      expect(text).toContain('<td class="n">26</td>');
    });

    it('is tables: one as CSV, several in an archive, and no cell is a formula', async () => {
      const table = board.tiles[2]?.tile_id;
      const { text, headers } = await file(admin, { format: 'csv', tile_id: table });
      expect(headers.get('content-type')).toContain('text/csv');
      expect(text).toContain("Berlin,10,'=1+1\r\n");
      expect(text).not.toContain('Köln');
      const { bytes } = await file(admin, { format: 'csv' });
      expect(bytes.subarray(0, 2).toString()).toBe('PK');
      for (const name of ['02 Dose by site.csv', '03 All doses.csv', 'about.csv'])
        expect(bytes.includes(name)).toBe(true);
    });

    it('draws a chart of one’s own that names a file or an address without either', async () => {
      const spec = {
        data: { url: 'file:///etc/passwd' },
        mark: { type: 'image', url: 'http://127.0.0.1:1/x.png' },
        encoding: { x: { field: 'site' } },
      };
      const tiles = board.tiles.map((tile, index) => (index === 1 ? { ...tile, spec } : tile));
      const other = await makeDosesBoard(admin, doses, { tiles });
      const { text } = await file(admin, { format: 'svg' }, other.dashboard_id);
      expect(text).not.toMatch(/root:|127\.0\.0\.1/);
    });

    it('holds what the one who asks sees, and is on record with provenance', async () => {
      const { headers } = await file(admin, { format: 'svg' });
      const [made] = await recorded('dashboard.exported');
      expect(made?.details).toMatchObject({ format: 'svg', export: headers.get('stroma-export') });
      const graph = await admin.call<ProvenanceGraph>('GET', `/provenance/${headers.get('stroma-export')}`);
      expect(graph.status, JSON.stringify(graph.body)).toBe(200);
      expect(graph.body.nodes.map(({ kind }) => kind)).toContain('dataset_version');
      expect(
        (
          await admin.call('POST', at('/export'), {
            format: 'pdf',
            tile_id: 'til_00000000-0000-7000-8000-000000000000',
          })
        ).status,
      ).toBe(404);
      expect((await (await server.stranger()).call('POST', at('/export'), { format: 'pdf' })).status).toBe(
        404,
      );
    });
  });
}
