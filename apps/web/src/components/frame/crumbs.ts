import { useEffect, useSyncExternalStore } from 'react';

/** The name of what the page shows, when its address holds only an id. */
let crumb: string | null = null;
const listeners = new Set<() => void>();

function set(next: string | null): void {
  crumb = next;
  for (const listener of listeners) listener();
}

export function useCrumb(): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => crumb,
  );
}

/** A page names the last step of the breadcrumb while it stands. */
export function useCrumbName(name: string | null): void {
  useEffect(() => {
    set(name);
    return () => set(null);
  }, [name]);
}
