import { ApiError } from '@stroma/sdk';
import { useSyncExternalStore } from 'react';
import { client } from './client.ts';
import { queryClient } from './query-client.ts';
import { queryKeys } from './query-keys.ts';

/** A file on its way to the server. Once it has a `jobId`, the job tells the rest. */
export interface Upload {
  id: number;
  file: File;
  sentBytes: number;
  bytesPerSecond: number | null;
  state: 'sending' | 'processing' | 'failed';
  uploadId: string | null;
  jobId: string | null;
  error: unknown;
}

let uploads: readonly Upload[] = [];
let lastId = 0;
const aborts = new Map<number, AbortController>();
const listeners = new Set<() => void>();

function set(next: readonly Upload[]): void {
  uploads = next;
  for (const listener of listeners) listener();
}

const change = (id: number, fields: Partial<Upload>) =>
  set(uploads.map((each) => (each.id === id ? { ...each, ...fields } : each)));

export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => uploads,
  );
}

/** Lets the person choose files, and sends them. A browser opens its dialog only right after a click or a key. */
export function chooseFiles(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.hidden = true;
  const leave = () => input.remove();
  input.addEventListener('cancel', leave);
  input.addEventListener('change', () => {
    startUploads(input.files ?? []);
    leave();
  });
  document.body.append(input);
  input.click();
}

/** Sends files one after another; they go on while the person moves through the app. */
export function startUploads(files: Iterable<File>): void {
  const added = [...files].map(
    (file): Upload => ({
      id: ++lastId,
      file,
      sentBytes: 0,
      bytesPerSecond: null,
      state: 'sending',
      uploadId: null,
      jobId: null,
      error: null,
    }),
  );
  set([...added, ...uploads]);
  for (const { id } of added) queue(id);
}

/** Goes on from the last byte the server holds. */
export function resumeUpload(id: number): void {
  change(id, { state: 'sending', error: null });
  queue(id);
}

/** Stops one that is being sent; forgets one that has ended. */
export function dropUpload(id: number): void {
  aborts.get(id)?.abort();
  set(uploads.filter((each) => each.id !== id));
}

/** Its file is read by another job now. */
export function followReading(id: number, jobId: string): void {
  change(id, { state: 'processing', jobId, error: null });
}

let chain: Promise<void> = Promise.resolve();

function queue(id: number): void {
  chain = chain.then(() => send(id));
}

async function send(id: number): Promise<void> {
  const upload = uploads.find((each) => each.id === id);
  if (upload === undefined) return;
  const abort = new AbortController();
  aborts.set(id, abort);
  const began = performance.now();
  const already = upload.sentBytes;
  try {
    const status = await client.uploadFile(upload.file, {
      signal: abort.signal,
      ...(upload.uploadId === null ? {} : { uploadId: upload.uploadId }),
      onProgress: ({ sentBytes, uploadId }) => {
        const bytesPerSecond = ((sentBytes - already) / (performance.now() - began)) * 1000;
        change(id, { sentBytes, uploadId, bytesPerSecond });
      },
    });
    change(id, { state: 'processing', sentBytes: upload.file.size, jobId: status.job_id });
    await queryClient.invalidateQueries({ queryKey: queryKeys.jobs });
  } catch (error) {
    if (abort.signal.aborted) return;
    const gone = error instanceof ApiError && error.code === 'NOT_FOUND';
    change(id, { state: 'failed', error, ...(gone ? { uploadId: null, sentBytes: 0 } : {}) });
  } finally {
    aborts.delete(id);
  }
}

window.addEventListener('beforeunload', (event) => {
  if (uploads.some(({ state }) => state === 'sending')) event.preventDefault();
});
