import type { sharedResult, Tile, TileResult } from '@stroma/contracts';
import { useMemo } from 'react';
import { panelClass } from '../../components/page.tsx';
import { TileBody } from '../dashboards/tile-body.tsx';

type Result = (typeof sharedResult)['_zod']['output'];

const noDomains = {};
const ignore = () => undefined;

/** One tile of a shared dashboard, at its place on the grid, or below the one before where there is no room. */
export function SharedTile({
  tile,
  result,
  isOld,
}: {
  tile: Tile;
  result: Result | undefined;
  isOld: boolean;
}) {
  const { x, y, w, h } = tile.place;
  const whole = useMemo(
    (): TileResult | undefined =>
      result === undefined ? undefined : { ...result, sql: null, provenance_id: null },
    [result],
  );
  return (
    <section
      aria-label={tile.title || tile.kind}
      style={{
        gridColumn: `${x + 1} / span ${w}`,
        gridRow: `${y + 1} / span ${h}`,
        minHeight: Math.min(Math.max(h, tile.kind === 'text' ? 2 : 4), 9) * 40 - 16,
      }}
      className={`${panelClass} relative min-w-0 overflow-hidden`}
    >
      <div className="absolute inset-0 flex flex-col">
        {tile.title !== '' && tile.kind !== 'text' && (
          <h2 className="truncate px-4 pt-3 pb-1 font-medium">{tile.title}</h2>
        )}
        <div className="min-h-0 flex-1">
          <TileBody
            tile={tile}
            data={{ result: whole, error: null, isOld }}
            asTable={false}
            domains={noDomains}
            onDrawn={ignore}
          />
        </div>
      </div>
    </section>
  );
}
