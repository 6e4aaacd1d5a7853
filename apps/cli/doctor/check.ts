/** What was looked at, what was found, and what to do about it. */
export interface Check {
  name: string;
  status: 'ok' | 'warning' | 'failed';
  found: string;
  /** Null when there is nothing to do. */
  advice: string | null;
}

export const passed = (name: string, found: string): Check => ({ name, status: 'ok', found, advice: null });
