import type { ServerResponse } from 'node:http';
import type { CloudEvent } from '@stroma/contracts';

const batchMs = 50;
const queueLimitBytes = 1024 * 1024;
/** Clients are asked after a tenth at a time: a thousand at once would hold up what is on its way to them. */
const rounds = 10;

export interface StreamClient {
  /** Queues one event; false when the queue is full and the client is being let go. */
  push(event: CloudEvent, stored: boolean): boolean;
  /** Where the client stands before anything came, for its next `Last-Event-ID`. */
  mark(lastEventId: string | null): void;
  /** Resolves when what was queued has left. */
  drained(): Promise<void>;
  end(last?: string): void;
}

export interface StreamClients {
  readonly count: number;
  /** `stillAllowed` is asked every half second; a client that is no longer is let go. */
  open(answer: ServerResponse, stillAllowed: () => Promise<boolean>): StreamClient;
  closeAll(): void;
}

export interface StreamClientsOptions {
  onCount?: (clients: number) => void;
  /** Told of each whose queue was full. */
  onLetGo?: () => void;
  heartbeatMs?: number;
  checkMs?: number;
}

interface State extends StreamClient {
  readonly round: number;
  flush(): void;
  check(): void;
  beat(): void;
}

/** Everyone on the live stream: one clock batches what is queued, another keeps idle connections open. */
export function openStreamClients({
  onCount = () => undefined,
  onLetGo = () => undefined,
  heartbeatMs = 15_000,
  checkMs = 500,
}: StreamClientsOptions = {}): StreamClients {
  const clients = new Set<State>();
  const waiting = new Set<State>();
  let batch: NodeJS.Timeout | null = null;
  let attending: NodeJS.Timeout[] = [];
  let joined = 0;

  const flushAll = () => {
    batch = null;
    for (const client of waiting) client.flush();
    waiting.clear();
  };

  /** Does it to every client once in `everyMs`, to those of one round at a time. */
  const inRounds = (everyMs: number, attend: (client: State) => void) => {
    let round = 0;
    return setInterval(() => {
      round = (round + 1) % rounds;
      for (const each of clients) if (each.round === round) attend(each);
    }, everyMs / rounds);
  };

  return {
    get count() {
      return clients.size;
    },
    open(answer, stillAllowed) {
      const client = streamClient(answer, stillAllowed, joined++ % rounds, {
        queued: () => {
          waiting.add(client);
          batch ??= setTimeout(flushAll, batchMs);
        },
        full: onLetGo,
        gone: () => {
          clients.delete(client);
          waiting.delete(client);
          onCount(clients.size);
          if (clients.size > 0) return;
          for (const each of attending) clearInterval(each);
          attending = [];
        },
      });
      clients.add(client);
      onCount(clients.size);
      if (attending.length === 0)
        attending = [inRounds(heartbeatMs, (each) => each.beat()), inRounds(checkMs, (each) => each.check())];
      return client;
    },
    closeAll() {
      for (const client of clients) client.end();
      if (batch !== null) clearTimeout(batch);
    },
  };
}

function streamClient(
  answer: ServerResponse,
  stillAllowed: () => Promise<boolean>,
  round: number,
  on: { queued(): void; full(): void; gone(): void },
): State {
  let queue: string[] = [];
  let bytes = 0;
  let open = true;
  let empty: (() => void)[] = [];

  const write = () => {
    if (queue.length === 0 || answer.writableNeedDrain) return;
    answer.write(queue.join(''));
    queue = [];
    bytes = 0;
    if (!answer.writableNeedDrain) release();
  };
  const release = () => {
    for (const done of empty) done();
    empty = [];
  };
  const add = (text: string) => {
    queue.push(text);
    bytes += text.length;
    on.queued();
  };
  const end = (last = '') => {
    if (!open) return;
    open = false;
    release();
    answer.end(last);
    on.gone();
  };
  answer.on('drain', () => {
    write();
    if (queue.length === 0) release();
  });
  answer.on('close', () => {
    if (!open) return;
    open = false;
    release();
    on.gone();
  });

  return {
    round,
    push(event, stored) {
      if (!open) return false;
      const text = messageOf(event, stored);
      if (bytes + text.length > queueLimitBytes) {
        on.full();
        end(overflowOf(event));
        return false;
      }
      add(text);
      return true;
    },
    mark(lastEventId) {
      if (open && lastEventId !== null) add(`id: ${lastEventId}\n\n`);
    },
    drained: () =>
      !open || (queue.length === 0 && !answer.writableNeedDrain)
        ? Promise.resolve()
        : new Promise((done) => empty.push(done)),
    end,
    flush: write,
    check() {
      void stillAllowed().then(
        (allowed) => {
          if (!allowed) end();
        },
        () => undefined,
      );
    },
    beat() {
      if (open && !answer.writableNeedDrain) answer.write(': still here\n\n');
    },
  };
}

const texts = new WeakMap<CloudEvent, string>();

/** Written once for all who get it. Only a stored event has an id to resume after. */
function messageOf(event: CloudEvent, stored: boolean): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = `${stored ? `id: ${event.id}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
  texts.set(event, text);
  return text;
}

function overflowOf({ specversion, source, tenantid, time, id }: CloudEvent): string {
  const overflow = {
    specversion,
    id,
    source,
    type: 'stroma.overflow',
    time,
    datacontenttype: 'application/json',
    tenantid,
    data: {},
  };
  return `event: stroma.overflow\ndata: ${JSON.stringify(overflow)}\n\n`;
}
