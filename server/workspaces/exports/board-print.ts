import { chartColours } from '@stroma/charts';
import { type Box, stripesOf } from './board-places.ts';
import { placedTiles } from './board-svg.ts';
import type { ExportInput } from './export-input.ts';
import { type TileBody, tableOf } from './tile-body.ts';

/** The content of a page, A4 lying, in points: 297 x 210 mm less the margins of the template. */
const page = { width: 773.9, height: 508 };
const figureRows = 40;

interface PrintedTile extends Box {
  title: string;
  aside: string;
  body: TileBody;
}

/**
 * What the template of a PDF sets: stripes of tiles as they stand on screen, each small enough for a page, then the
 * figures behind every chart and where all of it came from. Lengths are points.
 */
export async function printedBoard(input: ExportInput): Promise<Record<string, unknown>> {
  const { board, results, scheme, width, notes } = input;
  const tiles = await placedTiles(input, width);
  const answers = new Map(results.map((result) => [result.tile_id, result]));
  const scale = page.width / width;
  const stripes = stripesOf(tiles).map(({ top, tiles: inStripe, height }) => {
    const fit = Math.min(scale, page.height / height);
    const printed = inStripe.map(
      ({ tile, box, body, aside }): PrintedTile => ({
        x: box.x * fit,
        y: (box.y - top) * fit,
        width: box.width * fit,
        height: box.height * fit,
        title: tile.title,
        aside,
        body,
      }),
    );
    return { height: height * fit, scale: fit, tiles: printed };
  });
  const figures = board.tiles.flatMap((tile) => {
    const result = answers.get(tile.tile_id);
    if (result === undefined || result.error !== null || result.columns.length === 0) return [];
    const { columns, rows, more } = tableOf(result, figureRows);
    return [
      {
        title: tile.title === '' ? tile.kind : tile.title,
        columns: columns.slice(0, 12),
        rows: rows.map((row) => row.slice(0, 12)),
        more,
      },
    ];
  });
  return {
    title: board.name,
    description: board.description,
    dashboard_id: board.dashboard_id,
    revision: board.revision,
    dark: scheme === 'dark',
    colours: chartColours(scheme === 'dark'),
    notes,
    stripes,
    figures,
  };
}
