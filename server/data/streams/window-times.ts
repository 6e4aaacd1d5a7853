import type { WindowRow } from './windows.store.ts';

/** Whether every window an event falls into had closed. Times in milliseconds. */
export function isLate(
  { kind, sizeSeconds, slideSeconds }: Pick<WindowRow, 'kind' | 'sizeSeconds' | 'slideSeconds'>,
  eventMs: number,
  watermarkMs: number,
): boolean {
  const sizeMs = sizeSeconds * 1000;
  if (kind === 'session') return eventMs + sizeMs <= watermarkMs;
  const stepMs = kind === 'sliding' ? (slideSeconds ?? sizeSeconds) * 1000 : sizeMs;
  const lastStart = Math.floor(eventMs / stepMs) * stepMs;
  return lastStart + sizeMs <= watermarkMs;
}
