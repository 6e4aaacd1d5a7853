/** Where the events of a topic are kept, and what of them may be let go. */
export interface LogTopic {
  tenantId: string;
  topicId: string;
  retention: { ms: number; bytes: number };
  /** Events from here on are not in the lake yet: they are never let go, however old. */
  keepFrom: number;
}

/** Made of an Idempotency-Key and of what was sent with it; 16 bytes each. */
export interface BatchKey {
  id: Buffer;
  fingerprint: Buffer;
}

export interface LogBatch {
  /** One event each: JSON without a line end. */
  lines: readonly string[];
  key: BatchKey | null;
  receivedAt: Date;
}

export interface Appended {
  firstOffset: number;
  count: number;
  /** The batch of this key was there already; nothing was added. */
  repeated: boolean;
}

/** Events that came together, in their order. */
export interface LogChunk {
  firstOffset: number;
  receivedAt: number;
  lines: readonly string[];
}

export interface LogPage {
  chunks: LogChunk[];
  /** Where to read on. */
  next: number;
  /** The oldest offset still kept: past the one asked for when older events were let go. */
  first: number;
}

export interface LogBounds {
  first: number;
  next: number;
  bytes: number;
}

/**
 * Append-only logs, one for each topic; offsets count events from 0 and never come twice. Two engines stand behind it,
 * and one suite holds both: segment files on this machine, and Kafka.
 */
export interface StreamLog {
  readonly engine: 'embedded' | 'kafka';
  /**
   * Resolves when the events survive the death of the process and of the machine. Throws OVERLOADED when the buffer is
   * full, STORAGE_FULL or STORAGE_UNAVAILABLE when the disk refuses, NOT_READY when the broker is away, CONFLICT for a
   * key that came with other events; then none of the batch is kept.
   */
  append(topic: LogTopic, batch: LogBatch): Promise<Appended>;
  /** Events from `from` on, about `maxBytes` of them and at least one chunk where there is one. */
  read(topic: LogTopic, from: number, maxBytes: number): Promise<LogPage>;
  bounds(topic: LogTopic): Promise<LogBounds>;
  /** Calls back with what is appended from now on, in order, once it is durable. */
  follow(topic: LogTopic, listener: (chunk: LogChunk) => void): Promise<() => void>;
  /** Lets go of what is older, or more, than the topic keeps. */
  trim(topic: LogTopic): Promise<void>;
  drop(topic: Pick<LogTopic, 'tenantId' | 'topicId'>): Promise<void>;
  /** Bytes that were taken in and are not durable yet. */
  waitingBytes(): number;
  close(): Promise<void>;
}
