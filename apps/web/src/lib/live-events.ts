import type { CloudEvent, Job, Session } from '@stroma/contracts';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { client } from './client.ts';
import { queryKeys } from './query-keys.ts';

let live = true;
const listeners = new Set<() => void>();

function setLive(next: boolean): void {
  live = next;
  for (const listener of listeners) listener();
}

/** False while the stream is broken; pages then show what they last knew. */
export function useLive(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => live,
  );
}

let boardHasSocket = false;

/** While a board is told by its own socket what has changed on it, this stream does not ask for all of it. */
export function leaveBoardToItsSocket(left: boolean): void {
  boardHasSocket = left;
}

const boardData = () => (boardHasSocket ? [] : [queryKeys.allBoardData]);

/** One stream for the whole app keeps the query cache true while somebody is signed in. */
export function useLiveEvents(session: Session | null): void {
  const queryClient = useQueryClient();
  const userId = session?.user.user_id;
  useEffect(() => {
    if (userId === undefined) return;
    const refresh = throttledRefresh(queryClient);
    const subscription = client.subscribe('all', {
      onEvent: (event) => take(queryClient, event, refresh),
      // What was read before the stream opened may be older than the first event it tells.
      onOpen: () => {
        setLive(true);
        refresh([queryKeys.jobs, queryKeys.datasets, queryKeys.threats, ...boardData()]);
      },
      onBreak: () => setLive(false),
    });
    return () => subscription.close();
  }, [queryClient, userId]);
}

type Refresh = (keys: readonly (readonly string[])[]) => void;

function take(queryClient: QueryClient, event: CloudEvent, refresh: Refresh): void {
  if (event.type === 'job.changed') {
    const { job_id, status, progress } = event.data as Pick<Job, 'job_id' | 'status' | 'progress'>;
    queryClient.setQueryData<Job>(queryKeys.job(job_id), (job) => job && { ...job, status, progress });
    refresh([queryKeys.jobs, queryKeys.sources, queryKeys.trainings]);
  } else if (event.type === 'job.training') {
    // What the event holds is cut short: the whole is asked for.
    refresh([queryKeys.training((event.data as { job_id: string }).job_id)]);
  } else if (event.type.startsWith('data') || event.type.startsWith('dataset')) {
    refresh([queryKeys.datasets, queryKeys.jobs, ...boardData()]);
  } else if (event.type.startsWith('model.')) {
    refresh([queryKeys.models]);
  } else if (event.type.startsWith('threat.')) {
    refresh([queryKeys.threats]);
  }
}

/** A first answer that is on its way may be older than the event, and is not asked for anew: it is after it came. */
async function readAgain(queryClient: QueryClient, queryKey: readonly string[]): Promise<void> {
  const first = queryClient
    .getQueryCache()
    .findAll({ queryKey, fetchStatus: 'fetching', predicate: ({ state }) => state.data === undefined });
  await queryClient.invalidateQueries({ queryKey });
  if (first.length > 0)
    await queryClient.invalidateQueries({ queryKey, predicate: (query) => first.includes(query) });
}

/** Many events in a moment cause one refresh: at once, and once more after the moment. */
function throttledRefresh(queryClient: QueryClient): Refresh {
  const waiting = new Map<string, readonly string[]>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    timer = waiting.size > 0 ? setTimeout(flush, 700) : null;
    for (const queryKey of waiting.values()) void readAgain(queryClient, queryKey);
    waiting.clear();
  };
  return (keys) => {
    for (const key of keys) waiting.set(key.join('/'), key);
    if (timer === null) flush();
  };
}
