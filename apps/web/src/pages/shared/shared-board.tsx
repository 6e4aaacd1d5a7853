import type { BoardState, RowFilter, SharedBoard } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Select } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { useDocumentTitle } from '../../lib/document-title.ts';
import { formatMoment } from '../../lib/format.ts';
import logo from '../../stroma.svg';
import { BoardGrid } from '../dashboards/board-grid.tsx';
import { useDomains } from '../dashboards/value-domains.ts';
import { SharedTile } from './shared-tile.tsx';

/** What strangers look at is asked for no more often than this. */
const fastestMs = 30_000;
const ignore = () => undefined;

export function SharedBoardView({
  token,
  pass,
  board,
  onAgain,
}: {
  token: string;
  pass: string;
  board: SharedBoard;
  /** The pass has run out: open it anew. */
  onAgain: () => void;
}) {
  const { t } = useTranslation('leaving');
  useDocumentTitle(board.name);
  const [state, setState] = useState<BoardState>(board.state);
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery({
    queryKey: ['shared-board', token.slice(0, 12), pass, state],
    queryFn: ({ signal }) => client.dashboardShares.data({ body: { token, pass, state }, signal }),
    placeholderData: keepPreviousData,
    retry: false,
    refetchInterval: board.refresh_s === null ? false : Math.max(fastestMs, board.refresh_s * 1000),
  });
  const isStale = error instanceof ApiError && error.code === 'TOKEN_INVALID';
  useEffect(() => {
    if (isStale) onAgain();
  }, [isStale, onAgain]);
  const results = new Map(data?.results.map((result) => [result.tile_id, result]));
  const domains = useDomains(board.tiles.map(({ tile_id }) => results.get(tile_id)));
  const filters: RowFilter[] = state.filters ?? board.filters.map(({ label: _, ...filter }) => filter);
  const standing = [
    t('shared_by', { organisation: board.organisation }),
    ...(data === undefined ? [] : [t('as_of', { when: formatMoment(data.as_of) })]),
    ...(board.expires_at === null ? [] : [t('until', { when: formatMoment(board.expires_at) })]),
  ];
  return (
    <div className="mx-auto w-full max-w-[100rem] px-4 pt-6 pb-12 sm:px-8" data-shared-board>
      <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title font-semibold wrap-anywhere">{board.name}</h1>
          {board.description !== '' && <p className="mt-1 max-w-prose text-ink-soft">{board.description}</p>}
        </div>
        <div className="flex flex-wrap items-center gap-2">
          {filters.map((filter) => (
            <FilterMark
              key={filter.column}
              filter={filter}
              board={board}
              onChange={(next) =>
                setState((now) => ({
                  ...now,
                  filters: filters.map((each) => (each.column === next.column ? next : each)),
                }))
              }
            />
          ))}
        </div>
      </header>
      {error !== null && !isStale && (
        <div className="mt-4">
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        </div>
      )}
      <main aria-busy={isFetching} className="mt-6">
        <BoardGrid tiles={board.tiles} editing={false} onPlace={ignore}>
          {(tile) => (
            <SharedTile
              tile={tile}
              result={results.get(tile.tile_id)}
              isOld={isPlaceholderData}
              domains={domains}
            />
          )}
        </BoardGrid>
      </main>
      <footer className="mt-8 flex flex-wrap items-center gap-2 text-small text-ink-faint">
        <img src={logo} alt="" width={16} height={16} />
        <span>{standing.join(' · ')}</span>
      </footer>
    </div>
  );
}

/** What the board is filtered by; where filters are free, one of the values the board has for it. */
function FilterMark({
  filter,
  board,
  onChange,
}: {
  filter: RowFilter;
  board: SharedBoard;
  onChange: (filter: RowFilter) => void;
}) {
  const { t } = useTranslation('leaving');
  const own = board.filters.find(({ column }) => column === filter.column);
  const label = own === undefined || own.label === '' ? filter.column : own.label;
  const values = own?.values ?? [];
  if (board.filters_free && own?.op === 'in' && values.length > 1) {
    const chosen = filter.values.length === 1 ? String(filter.values[0]) : '';
    return (
      <Select
        aria-label={t('filter_by', { column: label })}
        className="w-48"
        value={chosen}
        onChange={({ target }) =>
          onChange({
            ...filter,
            values: target.value === '' ? values : values.filter((each) => String(each) === target.value),
          })
        }
      >
        <option value="">
          {label}: {t('all_values')}
        </option>
        {values.map((value) => (
          <option key={String(value)} value={String(value)}>
            {label}: {String(value)}
          </option>
        ))}
      </Select>
    );
  }
  if (filter.values.length === 0) return null;
  return (
    <Badge>
      {label}: {filter.values.map(String).join(', ')}
    </Badge>
  );
}
