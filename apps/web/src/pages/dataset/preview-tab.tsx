import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Copy, Download, Rows3, SquareCode } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { DataGrid, nextSort, type Sort } from '../../components/grid/data-grid.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../components/menu.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { copyText } from '../../lib/copy.ts';
import { formatCount } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { saveUrl, toTabs } from '../../lib/table-export.ts';
import type { DatasetPart } from './shown-version.ts';

const pageRows = 200;
const scrollableRows = 500_000;

/** The rows, fetched page by page as they come into sight, sorted by the server. */
export function PreviewTab({ dataset, version }: DatasetPart) {
  const { t } = useTranslation('dataset');
  const { t: common } = useTranslation();
  const [sort, setSort] = useState<Sort | null>(null);
  const [pages, setPages] = useState<readonly number[]>([0]);
  const id = dataset.dataset_id;
  const pageQuery = (page: number) => {
    const query = {
      version_id: version.version_id,
      limit: pageRows,
      offset: page * pageRows,
      ...(sort && { sort: `${sort.descending ? '-' : ''}${sort.column}` }),
    };
    return {
      queryKey: queryKeys.datasetPart(id, 'preview', query),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        client.datasets.preview({ params: { id }, query, signal }),
      staleTime: Number.POSITIVE_INFINITY,
    };
  };
  const first = useQuery({ ...pageQuery(0), placeholderData: keepPreviousData });
  const seen = useQueries({ queries: pages.filter((page) => page > 0).map(pageQuery) });
  const loaded = new Map(
    pages.filter((page) => page > 0).map((page, index) => [page, seen[index]?.data?.rows] as const),
  );
  loaded.set(0, first.data?.rows);

  const onVisible = useCallback((from: number, to: number) => {
    const wanted: number[] = [];
    for (let page = Math.floor(from / pageRows); page <= Math.floor(to / pageRows); page++) wanted.push(page);
    setPages((now) => (wanted.join() === now.join() ? now : wanted));
  }, []);
  const measureBy = useMemo(() => first.data?.rows ?? [], [first.data]);

  const error = first.error ?? seen.find((page) => page.error)?.error;
  if (error) return <ErrorNotice error={error} onRetry={() => void first.refetch()} />;
  if (first.data === undefined) return <Skeleton className="h-[min(36rem,64vh)]" />;
  const { columns, total_rows } = first.data;
  if (total_rows === 0) {
    return (
      <EmptyState icon={Rows3} title={t('preview_empty_title')}>
        {t('preview_empty_text')}
      </EmptyState>
    );
  }
  const download = (format: 'csv' | 'parquet') =>
    saveUrl(
      '',
      client.datasets.download.url({ params: { id }, query: { format, version_id: version.version_id } }),
    );
  const shownRows = [...loaded.entries()].toSorted(([a], [b]) => a - b).flatMap(([, rows]) => rows ?? []);
  return (
    <div className="grid grid-cols-1 gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <p className="flex-1 basis-40 text-small text-ink-faint">
          {t('preview_count', {
            rows: common('rows', { count: total_rows, shown: formatCount(total_rows) }),
            columns: common('columns', { count: columns.length, shown: columns.length }),
            table: dataset.table_name,
          })}
        </p>
        <Link
          to="/ask"
          search={{ datasets: id, sql: `SELECT *\nFROM ${dataset.table_name}\nLIMIT 100` }}
          className={buttonClass({ look: 'quiet' })}
        >
          <SquareCode size={16} aria-hidden />
          <span className="max-sm:sr-only">{t('preview_filter')}</span>
        </Link>
        <Button look="quiet" onClick={() => void copyText(toTabs(columns, shownRows))}>
          <Copy size={16} aria-hidden />
          <span className="max-sm:sr-only">{t('preview_copy')}</span>
        </Button>
        <Menu>
          <MenuTrigger asChild>
            <Button look="quiet">
              <Download size={16} aria-hidden />
              <span className="max-sm:sr-only">{common('export')}</span>
            </Button>
          </MenuTrigger>
          <MenuContent>
            <MenuItem onSelect={() => download('csv')}>{common('export_csv')}</MenuItem>
            <MenuItem onSelect={() => download('parquet')}>{common('export_parquet')}</MenuItem>
          </MenuContent>
        </Menu>
      </div>
      <DataGrid
        label={dataset.name}
        columns={columns}
        rowCount={total_rows}
        rowAt={(index) => loaded.get(Math.floor(index / pageRows))?.[index % pageRows]}
        measureBy={measureBy}
        sort={sort}
        onSort={(column) => setSort((now) => nextSort(now, column))}
        onVisible={onVisible}
        maxHeight="max(20rem, calc(100dvh - 21rem))"
      />
      {total_rows > scrollableRows && (
        <p className="text-small text-ink-faint">
          {t('preview_limit', { shown: formatCount(scrollableRows) })}
        </p>
      )}
    </div>
  );
}
