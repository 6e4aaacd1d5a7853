import { Resvg } from '@resvg/resvg-js';
import { serveTask } from '../../platform/threads/serve-task.ts';
import { boardCsv } from './board-csv.ts';
import { boardHtml } from './board-html.ts';
import { printedBoard } from './board-print.ts';
import { boardSvg } from './board-svg.ts';
import type { ExportInput, ExportOutput } from './export-input.ts';
import { fontFiles, unpackFonts } from './fonts.ts';

/** Pixels of a picture at most: 64 million are 256 MB while it is drawn. */
const mostPixels = 64_000_000;

serveTask<ExportInput, ExportOutput>(async (input) => {
  if (input.format === 'png' || input.format === 'pdf') unpackFonts(input.fonts);
  switch (input.format) {
    case 'csv':
      return { kind: 'file', ...boardCsv(input) };
    case 'html':
      return file(await boardHtml(input), 'html', 'text/html; charset=utf-8');
    case 'svg':
      return file((await boardSvg(input)).svg, 'svg', 'image/svg+xml');
    case 'png': {
      const { svg, width, height } = await boardSvg(input);
      const scale = Math.min(2, Math.sqrt(mostPixels / (width * height)));
      const drawn = new Resvg(svg, {
        fitTo: { mode: 'zoom', value: scale },
        font: { fontFiles: fontFiles(input.fonts), loadSystemFonts: false, defaultFontFamily: 'Inter' },
      });
      const bytes = new Uint8Array(drawn.render().asPng());
      return { kind: 'file', bytes, extension: 'png', contentType: 'image/png' };
    }
    case 'pdf':
      return { kind: 'print', document: await printedBoard(input) };
  }
});

const file = (text: string, extension: string, contentType: string): ExportOutput => ({
  kind: 'file',
  bytes: new Uint8Array(Buffer.from(text, 'utf8')),
  extension,
  contentType,
});
