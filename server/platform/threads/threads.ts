export interface ThreadOptions {
  signal?: AbortSignal;
  /** 0-1. */
  onProgress?: (fraction: number, phase: string) => void;
  /** What the task tells besides, structured-clonable. */
  onNews?: (news: unknown) => void;
}

/** Computing off the main thread. */
export interface Threads {
  /**
   * Runs the worker file's task (see `serveTask`) with `input`, both structured-clonable. Aborting tells the task
   * and, when it has not ended by itself, ends its thread within a second. Rejects with the task's own error, or
   * the signal's reason.
   */
  run<In, Out>(workerFile: URL, input: In, options?: ThreadOptions): Promise<Out>;
  close(): Promise<void>;
}
