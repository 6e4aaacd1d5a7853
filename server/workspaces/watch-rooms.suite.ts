import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BoardDocument, Dashboard, Dataset } from '@stroma/contracts';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { Person } from '../data/data-server.suite.ts';
import { boardOf, built, makeBoard, sqlTile, tileOf } from './dashboards/dashboards.suite.ts';

/** The text of each page of a PDF. */
export async function pagesOf(pdf: Uint8Array): Promise<string[]> {
  const loading = getDocument({ data: new Uint8Array(pdf), verbosity: 0 });
  const document = await loading.promise;
  const pages: string[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const { items } = await (await document.getPage(number)).getTextContent();
    pages.push(items.map((item) => ('str' in item ? item.str : '')).join(''));
  }
  await loading.destroy();
  return pages;
}

export interface Called {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A real HTTP server that keeps what it is sent, and answers as it is told. */
export async function openReceiver() {
  const waiting: Called[] = [];
  const askers: ((called: Called) => void)[] = [];
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const status = answers.shift() ?? 200;
    response.writeHead(status).end();
    if (status >= 400) return;
    const called = { headers: request.headers, body: Buffer.concat(parts) };
    const asker = askers.shift();
    if (asker) asker(called);
    else waiting.push(called);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    next: (): Promise<Called> => {
      const called = waiting.shift();
      return called === undefined ? new Promise((done) => askers.push(done)) : Promise.resolve(called);
    },
    answerNext: (...codes: number[]) => answers.push(...codes),
    close: () => new Promise<void>((closed) => server.close(() => closed())),
  };
}

export const dosesFile = `site,month,dose,note
Berlin,2024-01-01,10,=1+1
Berlin,2024-02-01,12,calm
Halle,2024-01-01,20,calm
Halle,2024-02-01,26,calm
Köln,2024-01-01,31,calm
`;

/** A board of a number, a chart, a table and a text over the doses. */
export function dosesBoard(doses: Dataset, more: Partial<BoardDocument> = {}): BoardDocument {
  const mean = { aggregate: 'mean', column: 'dose', as: 'mean_dose' } as const;
  const place = (x: number, y: number, w: number, h: number) => ({ x, y, w, h });
  return boardOf(
    [
      tileOf(built(doses.dataset_id, { measures: [mean] }), {
        title: 'Mean dose',
        kind: 'number',
        place: place(0, 0, 4, 4),
        options: { unit: 'mg' },
      }),
      tileOf(built(doses.dataset_id, { dimensions: [{ column: 'site' }], measures: [mean] }), {
        title: 'Dose by site',
        kind: 'bar',
        place: place(4, 0, 8, 8),
      }),
      sqlTile([doses.dataset_id], 'SELECT site, dose, note FROM dataset ORDER BY dose', {
        title: 'All doses',
        kind: 'table',
        place: place(0, 8, 12, 6),
      }),
      tileOf(null, {
        title: 'About',
        place: place(0, 14, 12, 3),
        options: { text: '# Doses\nGiven in **2024**.' },
      }),
    ],
    {
      name: 'Doses & sites',
      filters: [{ label: 'Site', column: 'site', op: 'in', values: ['Berlin', 'Halle'], dataset_id: null }],
      ...more,
    },
  );
}

export const makeDosesBoard = (
  person: Person,
  doses: Dataset,
  more?: Partial<BoardDocument>,
): Promise<Dashboard> => makeBoard(person, dosesBoard(doses, more));
