import type { sharedResult, Tile, TileResult } from '@stroma/contracts';
import { useMemo } from 'react';
import { panelClass } from '../../components/page.tsx';
import { TileBody } from '../dashboards/tile-body.tsx';
import { TileNotes } from '../dashboards/tile-notes.tsx';

type Result = (typeof sharedResult)['_zod']['output'];

const ignore = () => undefined;

/** One tile of a shared dashboard: its title and what it shows, without its menu. */
export function SharedTile({
  tile,
  result,
  isOld,
  domains,
}: {
  tile: Tile;
  result: Result | undefined;
  isOld: boolean;
  domains: Readonly<Record<string, readonly string[]>>;
}) {
  const whole = useMemo(
    (): TileResult | undefined =>
      result === undefined ? undefined : { ...result, sql: null, provenance_id: null },
    [result],
  );
  return (
    <section aria-label={tile.title || tile.kind} className={`${panelClass} flex h-full min-w-0 flex-col`}>
      {tile.title !== '' && tile.kind !== 'text' && (
        <h2 className="flex h-10 shrink-0 items-center px-4 font-medium">
          <span className="truncate">{tile.title}</span>
        </h2>
      )}
      <div className="min-h-0 flex-1">
        <TileBody
          tile={tile}
          data={{ result: whole, error: null, isOld }}
          asTable={false}
          domains={domains}
          onDrawn={ignore}
        />
      </div>
      <TileNotes result={whole} />
    </section>
  );
}
