import type { TileResult } from '@stroma/contracts';
import { useMemo, useState } from 'react';
import { DataGrid, nextSort, type Sort } from '../../components/grid/data-grid.tsx';
import { compareCells } from '../../lib/cell.ts';

/** A tile's answer as a table, as high as the tile. */
export function TileTable({ label, result: { columns, rows } }: { label: string; result: TileResult }) {
  const [sort, setSort] = useState<Sort | null>(null);
  const shown = useMemo(() => {
    const at = columns.findIndex(({ name }) => name === sort?.column);
    return at < 0 ? rows : rows.toSorted((a, b) => compareCells(a[at], b[at], sort?.descending ?? false));
  }, [columns, rows, sort]);
  return (
    <div className="h-full overflow-hidden px-3 pb-3">
      <DataGrid
        label={label}
        columns={columns}
        rowCount={shown.length}
        rowAt={(index) => shown[index]}
        measureBy={rows}
        sort={sort}
        onSort={(column) => setSort((now) => nextSort(now, column))}
        maxHeight="100%"
      />
    </div>
  );
}
