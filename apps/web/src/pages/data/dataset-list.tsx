import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { FileUp, SearchX } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Input, Select } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { useLoadSamples } from '../../lib/datasets.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission } from '../../lib/session.ts';
import { datasetSorts } from '../../search-parameters.ts';
import { DatasetTable } from './dataset-table.tsx';

const route = getRouteApi('/frame/data');

const sortLabels = {
  '-updated_at': 'sort_updated_desc',
  updated_at: 'sort_updated_asc',
  name: 'sort_name_asc',
  '-name': 'sort_name_desc',
  rows: 'sort_rows_asc',
  '-rows': 'sort_rows_desc',
  quality_score: 'sort_quality_asc',
  '-quality_score': 'sort_quality_desc',
} as const;

export function DatasetList({ onChoose }: { onChoose: () => void }) {
  const { t } = useTranslation('data');
  const { t: common } = useTranslation();
  const { search, sort = '-updated_at', format } = route.useSearch();
  const navigate = route.useNavigate();
  const query = { limit: 50, sort, ...(search && { search }) };
  const list = useInfiniteQuery({
    queryKey: queryKeys.datasetList(query),
    queryFn: ({ signal, pageParam }) =>
      client.datasets.list({ query: { ...query, ...(pageParam && { cursor: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    placeholderData: keepPreviousData,
  });
  const all = list.data?.pages.flatMap(({ items }) => items);
  const formats = [...new Set(all?.map((each) => each.format))].toSorted();
  const shown = format === undefined ? all : all?.filter((each) => each.format === format);

  if (list.error) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />;
  if (shown === undefined) return <SkeletonRows rows={6} className="h-14" />;
  if (all?.length === 0 && search === undefined) return <NoData onChoose={onChoose} />;
  return (
    <div className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap gap-2">
        <SearchBox
          value={search ?? ''}
          onChange={(text) =>
            void navigate({
              search: ({ search: _, ...rest }) => (text === '' ? rest : { ...rest, search: text }),
              replace: true,
            })
          }
        />
        <div className="w-44">
          <Select
            aria-label={t('sort')}
            value={sort}
            onChange={(event) =>
              void navigate({
                search: (now) => ({ ...now, sort: datasetSorts.find((each) => each === event.target.value) }),
                replace: true,
              })
            }
          >
            {datasetSorts.map((value) => (
              <option key={value} value={value}>
                {t(sortLabels[value])}
              </option>
            ))}
          </Select>
        </div>
        {(formats.length > 1 || format !== undefined) && (
          <div className="w-36">
            <Select
              aria-label={t('format')}
              value={format ?? ''}
              onChange={({ target }) =>
                void navigate({
                  search: ({ format: _, ...rest }) =>
                    target.value === '' ? rest : { ...rest, format: target.value },
                  replace: true,
                })
              }
            >
              <option value="">{t('format_all')}</option>
              {formats.map((value) => (
                <option key={value}>{value}</option>
              ))}
            </Select>
          </div>
        )}
      </div>
      {shown.length === 0 ? (
        <EmptyState
          icon={SearchX}
          title={t('no_match_title')}
          action={<Button onClick={() => void navigate({ search: {} })}>{t('no_match_action')}</Button>}
        >
          {t('no_match_text', { search: search ?? format })}
        </EmptyState>
      ) : (
        <DatasetTable
          datasets={shown}
          sort={sort}
          onSort={(next) => void navigate({ search: (now) => ({ ...now, sort: next }), replace: true })}
        />
      )}
      <p className="text-small text-ink-faint">
        {t('drop_anywhere')}{' '}
        <button type="button" onClick={onChoose} className="rounded text-accent hover:underline">
          {t('drop_choose')}
        </button>
        . {t('drop_formats')}
      </p>
      {list.hasNextPage && (
        <Button
          className="justify-self-center"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {common('show_more')}
        </Button>
      )}
    </div>
  );
}

/** Waits for a pause in typing before it asks. */
function SearchBox({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const { t } = useTranslation('data');
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => onChange(text.trim()), 250);
    return () => clearTimeout(timer);
  });
  return (
    <div className="min-w-40 flex-1 sm:max-w-72">
      <Input
        type="search"
        aria-label={t('search')}
        placeholder={t('search')}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  );
}

function NoData({ onChoose }: { onChoose: () => void }) {
  const { t } = useTranslation('data');
  const mayAdd = usePermission('datasets:write');
  const load = useLoadSamples();
  return (
    <EmptyState
      icon={FileUp}
      title={t('empty_title')}
      action={
        mayAdd && (
          <>
            <Button onClick={onChoose}>{t('add')}</Button>
            <Button onClick={() => load.mutate()} disabled={load.isPending || load.isSuccess}>
              {t('load_samples')}
            </Button>
          </>
        )
      }
    >
      {t('empty_text')}
    </EmptyState>
  );
}
