import type { Tile } from '@stroma/contracts';
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { gridColumns, gridRow, inReadingOrder, type Place, within, withPlace } from './grid-layout.ts';

export interface Grip {
  /** What the handle that moves the tile takes. */
  move: { onPointerDown: (event: PointerEvent) => void; onKeyDown: (event: KeyboardEvent) => void };
  resize: { onPointerDown: (event: PointerEvent) => void };
}

interface Drag {
  id: string;
  place: Place;
}

/** Tiles on twelve columns; on a narrow page one below the other. Dragged, resized, or moved by the arrow keys. */
export function BoardGrid({
  tiles,
  editing,
  onPlace,
  children,
}: {
  tiles: readonly Tile[];
  editing: boolean;
  onPlace: (tileId: string, place: Place) => void;
  children: (tile: Tile, grip: Grip) => ReactNode;
}) {
  const grid = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const shown = drag === null ? tiles : withPlace(tiles, drag.id, drag.place);
  const places = new Map(shown.map(({ tile_id, place }) => [tile_id, place]));

  const follow = (tile: Tile, kind: 'move' | 'resize') => (event: PointerEvent) => {
    if (!editing || event.button !== 0 || grid.current === null) return;
    event.preventDefault();
    const { clientX, clientY } = event;
    const column = grid.current.clientWidth / gridColumns;
    const start = tile.place;
    let last = start;
    const controller = new AbortController();
    const { signal } = controller;
    const moved = (now: globalThis.PointerEvent) => {
      const x = Math.round((now.clientX - clientX) / column);
      const y = Math.round((now.clientY - clientY) / gridRow);
      const wish =
        kind === 'move'
          ? { ...start, x: start.x + x, y: start.y + y }
          : { ...start, w: Math.min(gridColumns - start.x, start.w + x), h: start.h + y };
      last = within(wish);
      setDrag({ id: tile.tile_id, place: last });
    };
    const end = () => {
      controller.abort();
      setDrag(null);
    };
    addEventListener('pointermove', moved, { signal });
    addEventListener(
      'pointerup',
      () => {
        end();
        if (JSON.stringify(last) !== JSON.stringify(start)) onPlace(tile.tile_id, last);
      },
      { signal },
    );
    addEventListener('pointercancel', end, { signal });
    addEventListener('keydown', (key) => key.key === 'Escape' && end(), { signal });
  };

  const byKey = (tile: Tile) => (event: KeyboardEvent) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const [x = 0, y = 0] = step;
    const { place } = tile;
    onPlace(
      tile.tile_id,
      within(
        event.shiftKey
          ? { ...place, w: Math.min(gridColumns - place.x, place.w + x), h: place.h + y }
          : {
              ...place,
              x: place.x + x,
              y: y > 0 ? place.y + Math.max(1, heightBelow(tiles, tile)) : place.y + y,
            },
      ),
    );
  };

  return (
    <div
      ref={grid}
      data-board="grid"
      className="grid grid-cols-1 gap-y-4 md:-mx-2 md:auto-rows-[40px] md:grid-cols-12 md:gap-0"
    >
      {inReadingOrder(tiles).map((tile) => {
        const place = places.get(tile.tile_id) ?? tile.place;
        return (
          <div
            key={tile.tile_id}
            data-tile-id={tile.tile_id}
            className="tile-place min-w-0 md:p-2"
            style={
              {
                '--tile-column': `${place.x + 1} / span ${place.w}`,
                '--tile-row': `${place.y + 1} / span ${place.h}`,
                '--tile-height': tile.kind === 'text' ? 'auto' : `${Math.max(place.h, 4) * gridRow}px`,
                ...(drag?.id === tile.tile_id && { opacity: 0.75, zIndex: 10 }),
              } as React.CSSProperties
            }
          >
            {children(tile, {
              move: { onPointerDown: follow(tile, 'move'), onKeyDown: byKey(tile) },
              resize: { onPointerDown: follow(tile, 'resize') },
            })}
          </div>
        );
      })}
    </div>
  );
}

/** A tile moves down past the one below it, not into the gap that it leaves. */
function heightBelow(tiles: readonly Tile[], tile: Tile): number {
  const below = tiles
    .filter(
      ({ tile_id, place }) =>
        tile_id !== tile.tile_id &&
        place.y >= tile.place.y + tile.place.h &&
        place.x < tile.place.x + tile.place.w &&
        tile.place.x < place.x + place.w,
    )
    .toSorted((a, b) => a.place.y - b.place.y)[0];
  return below === undefined ? 0 : below.place.h;
}
