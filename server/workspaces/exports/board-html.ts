import { chartColours } from '@stroma/charts';
import { gap, rowPixels } from './board-places.ts';
import { escaped, footLines, nested, type PlacedTile, placedTiles } from './board-svg.ts';
import type { ExportInput } from './export-input.ts';
import { tableOf } from './tile-body.ts';

/** Nothing is loaded and nothing runs. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
const tableRows = 500;

/** A board as one page that needs nothing else: pictures drawn into it, every chart's table below it, no script. */
export async function boardHtml(input: ExportInput): Promise<string> {
  const { board, notes, scheme, width, results } = input;
  const tiles = await placedTiles(input, width - 48);
  const answers = new Map(results.map((result) => [result.tile_id, result]));
  const cards = tiles.map((each, at) => cardOf(each, at, answers.get(each.tile.tile_id)));
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escaped(board.name)}</title><style>${styleOf(scheme, width)}</style></head><body>`,
    `<header><h1>${escaped(board.name)}</h1>`,
    board.description === '' ? '' : `<p>${escaped(board.description)}</p>`,
    notes.filters.length === 0
      ? ''
      : `<ul class="filters">${notes.filters.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`,
    `</header><main>${cards.join('')}</main>`,
    `<footer>${footLines(input)
      .map((line) => `<p>${escaped(line)}</p>`)
      .join('')}</footer></body></html>`,
  ].join('\n');
}

function cardOf(
  { tile, body, aside }: PlacedTile,
  at: number,
  result: ExportInput['results'][number] | undefined,
): string {
  const { x, y, w, h } = tile.place;
  const place = `grid-column:${x + 1}/span ${w};grid-row:${y + 1}/span ${h}`;
  const head =
    tile.title === ''
      ? ''
      : `<h2>${escaped(tile.title)}${aside === '' ? '' : ` <small>${escaped(aside)}</small>`}</h2>`;
  const whole = result === undefined || body.form === 'note' ? null : tableOf(result, tableRows);
  switch (body.form) {
    case 'chart':
      return `<figure style="${place}">${head}<div role="img" aria-label="${escaped(tile.title)}">${nested(body.svg, `t${at}`)}</div>${details(whole)}</figure>`;
    case 'number': {
      const { number } = body;
      const unit = number.unit === null ? '' : ` <span>${escaped(number.unit)}</span>`;
      const change = number.change === null ? '' : `<p class="change">${escaped(number.change.text)}</p>`;
      return `<figure style="${place}">${head}<p class="number ${number.status ?? ''}">${escaped(number.text)}${unit}</p>${change}</figure>`;
    }
    case 'table':
      return `<figure style="${place}" class="scrolls">${head}${whole === null ? '' : tableHtml(whole)}</figure>`;
    case 'text':
      return `<section style="${place}">${head}${body.blocks
        .map(({ kind, text, sign }) =>
          kind === 'heading'
            ? `<h3>${escaped(text)}</h3>`
            : kind === 'point'
              ? `<p class="point">${escaped(sign)} ${escaped(text)}</p>`
              : `<p>${escaped(text)}</p>`,
        )
        .join('')}</section>`;
    case 'note':
      return `<figure style="${place}">${head}<p class="note">${escaped(body.text)}</p></figure>`;
  }
}

const details = (table: ReturnType<typeof tableOf> | null): string =>
  table === null ? '' : `<details><summary>Table</summary>${tableHtml(table)}</details>`;

function tableHtml({ columns, rows, more }: ReturnType<typeof tableOf>): string {
  const cells = (row: readonly string[], tag: 'th' | 'td') =>
    row
      .map(
        (cell, at) =>
          `<${tag}${columns[at]?.isNumber === true ? ' class="n"' : ''}>${escaped(cell)}</${tag}>`,
      )
      .join('');
  return `<table><thead><tr>${cells(
    columns.map(({ name }) => name),
    'th',
  )}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')}</tbody></table>${
    more > 0 ? '<p class="note">… more rows</p>' : ''
  }`;
}

function styleOf(scheme: 'light' | 'dark', width: number): string {
  const { ink, soft, faint, line, surface, status } = chartColours(scheme === 'dark');
  return `
*{box-sizing:border-box}body{margin:0 auto;padding:24px;max-width:${width}px;background:${scheme === 'dark' ? '#111213' : '#f7f7f8'};color:${ink};font:14px/1.45 Inter,system-ui,sans-serif}
h1{font-size:22px;margin:0 0 4px}header p,.filters{color:${soft};margin:0 0 4px;padding:0;list-style:none}
main{display:grid;grid-template-columns:repeat(12,minmax(0,1fr));grid-auto-rows:minmax(${rowPixels - gap}px,auto);gap:${gap}px;margin:16px 0}
figure,section{margin:0;padding:12px 14px;background:${surface};border:1px solid ${line};border-radius:8px;min-width:0;overflow:hidden}
.scrolls{overflow:auto}h2{font-size:13px;margin:0 0 8px}h2 small{font-weight:400;color:${faint}}h3{font-size:15px;margin:8px 0 4px}section p{margin:0 0 6px;color:${soft}}
svg{max-width:100%;height:auto;display:block}.number{font-size:32px;font-weight:600;margin:0;font-variant-numeric:tabular-nums}.number span{font-size:16px;font-weight:400;color:${soft}}
.good{color:${status.good}}.warning{color:${status.warning}}.critical{color:${status.critical}}.change,.note{margin:0;color:${soft}}
table{border-collapse:collapse;width:100%;font-size:12px;font-variant-numeric:tabular-nums}th,td{text-align:start;padding:3px 8px;border-bottom:1px solid ${line};vertical-align:top}th{color:${soft};font-weight:500}.n{text-align:end}
details{margin-top:8px;color:${soft}}details[open]{max-height:320px;overflow:auto}footer{color:${faint};font-size:11px;overflow-wrap:anywhere}footer p{margin:0}
@media(max-width:720px){main{display:block}figure,section{margin-bottom:${gap}px}}@media print{body{background:none}figure{break-inside:avoid}}`;
}
