import { Copy, Download, Search } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Column, cellText, compareCells, type Row } from '../../lib/cell.ts';
import { copyText } from '../../lib/copy.ts';
import { formatCount } from '../../lib/format.ts';
import { fileStem, saveFile, toCsv, toTabs } from '../../lib/table-export.ts';
import { Button } from '../button.tsx';
import { Input } from '../field.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../menu.tsx';
import { DataGrid, nextSort, type Sort } from './data-grid.tsx';

/** Rows that are all here: sorted, filtered, copied and exported in the page. */
export function ResultTable({
  label,
  columns,
  rows,
}: {
  label: string;
  columns: readonly Column[];
  rows: readonly Row[];
}) {
  const { t } = useTranslation();
  const [sort, setSort] = useState<Sort | null>(null);
  const [filter, setFilter] = useState('');
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const shown = useMemo(() => {
    const kept =
      wanted === ''
        ? rows
        : rows.filter((row) => row.some((cell) => cellText(cell)?.toLowerCase().includes(wanted)));
    const at = columns.findIndex(({ name }) => name === sort?.column);
    return at < 0 ? kept : kept.toSorted((a, b) => compareCells(a[at], b[at], sort?.descending ?? false));
  }, [rows, columns, sort, wanted]);
  const stem = fileStem(label);
  const saveJson = () => {
    const objects = shown.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at]])));
    saveFile(`${stem}.json`, JSON.stringify(objects, null, 2), 'application/json');
  };
  return (
    <div className="grid grid-cols-1 gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <div className="relative w-48">
          <Search size={14} aria-hidden className="absolute start-2 top-2.5 text-ink-faint" />
          <Input
            type="search"
            aria-label={t('filter_rows')}
            placeholder={t('filter_rows')}
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            className="ps-7"
          />
        </div>
        <p role="status" className="flex-1 text-small text-ink-faint">
          {t('rows', { count: shown.length, shown: formatCount(shown.length) })}
        </p>
        <Button look="quiet" onClick={() => void copyText(toTabs(columns, shown))}>
          <Copy size={16} aria-hidden />
          <span className="max-sm:sr-only">{t('copy_table')}</span>
        </Button>
        <Menu>
          <MenuTrigger asChild>
            <Button look="quiet">
              <Download size={16} aria-hidden />
              <span className="max-sm:sr-only">{t('export')}</span>
            </Button>
          </MenuTrigger>
          <MenuContent>
            <MenuItem onSelect={() => saveFile(`${stem}.csv`, toCsv(columns, shown))}>
              {t('export_csv')}
            </MenuItem>
            <MenuItem onSelect={saveJson}>{t('export_json')}</MenuItem>
          </MenuContent>
        </Menu>
      </div>
      <DataGrid
        label={label}
        columns={columns}
        rowCount={shown.length}
        rowAt={(index) => shown[index]}
        measureBy={rows}
        sort={sort}
        onSort={(column) => setSort((now) => nextSort(now, column))}
      />
      {shown.length === 0 && (
        <p className="text-ink-soft">{rows.length === 0 ? t('no_rows') : t('no_rows_match')}</p>
      )}
    </div>
  );
}
