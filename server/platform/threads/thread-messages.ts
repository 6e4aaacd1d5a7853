/** What goes to a thread. */
export type ToThread = { kind: 'run'; input: unknown } | { kind: 'stop' };

/** What comes from it. */
export type FromThread =
  | { kind: 'progress'; fraction: number; phase: string }
  | { kind: 'told'; news: unknown }
  | { kind: 'done'; output: unknown }
  | { kind: 'failed'; code: string | null; message: string; details: Record<string, unknown>; stack: string };
