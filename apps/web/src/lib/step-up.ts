import { ApiError } from '@stroma/sdk';
import { useSyncExternalStore } from 'react';

let asked = false;
const listeners = new Set<() => void>();

function set(next: boolean): void {
  asked = next;
  for (const listener of listeners) listener();
}

/** The whole session waits until its person has proven who they are, whatever was called. */
export function noteStepUp(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== 'REAUTHENTICATION_REQUIRED') return;
  if (error.details.reason === 'threat') set(true);
}

export const endStepUp = (): void => set(false);

export function useStepUp(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asked,
  );
}
