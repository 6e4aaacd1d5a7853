import type { IngestOverridesInput, UploadRecord } from '@stroma/contracts';
import { infiniteQueryOptions, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';

/** Below the key of the jobs: what they end with changes this list. */
const unreadKey = [...queryKeys.jobs, 'unread-files'] as const;

const unreadQuery = infiniteQueryOptions({
  queryKey: unreadKey,
  queryFn: ({ signal, pageParam }) =>
    client.datasets.listUploads({
      query: { status: 'failed', limit: 20, ...(pageParam && { cursor: pageParam }) },
      signal,
    }),
  initialPageParam: '',
  getNextPageParam: ({ next_cursor }) => next_cursor,
});

/** Files that were sent and could not be read, newest first. */
export function useUnreadFiles() {
  const list = useInfiniteQuery(unreadQuery);
  return { ...list, files: list.data?.pages.flatMap(({ items }) => items) };
}

/** Has a raw file read with these decisions; `onStarted` gets the job. */
export function useReadAgain(file: UploadRecord, onStarted: (jobId: string) => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (overrides: IngestOverridesInput) =>
      client.datasets.readUpload({ params: { id: file.upload_id }, body: { overrides } }),
    onSuccess: ({ job_id }) => {
      onStarted(job_id);
      void queryClient.invalidateQueries({ queryKey: queryKeys.jobs });
    },
  });
}

/** For good; `onRemoved` is called before the list knows of it. */
export function useRemoveFile(onRemoved: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ upload_id }: UploadRecord) => client.datasets.removeUpload({ params: { id: upload_id } }),
    onSuccess: () => {
      onRemoved();
      return queryClient.invalidateQueries({ queryKey: unreadKey });
    },
  });
}
