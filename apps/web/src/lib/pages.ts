import { keepPreviousData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query';

export interface ListPage<Item> {
  items: Item[];
  next_cursor: string | null;
}

/**
 * A list that comes in pages, from the first on as far as was asked; `items` is undefined until it is there. With
 * `everyMs` what was asked is read again as often.
 */
export function usePages<Item>(
  queryKey: QueryKey,
  fetch: (cursor: { cursor?: string }, signal: AbortSignal) => Promise<ListPage<Item>>,
  everyMs?: number,
) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetch(pageParam === null ? {} : { cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: everyMs ?? false,
  });
  return {
    items: data?.pages.flatMap(({ items }) => items),
    error,
    retry: () => void refetch(),
    more: hasNextPage ? { load: () => void fetchNextPage(), busy: isFetchingNextPage } : null,
  };
}

export type Pages<Item> = ReturnType<typeof usePages<Item>>;
