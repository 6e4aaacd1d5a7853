import { Client } from 'pg';
import type { Logger } from 'pino';
import type { Database, Stop } from './database.ts';
import { acrossTenants } from './tenant-scope.ts';

interface Listening {
  onNotify(payload: string): void;
  onGap?: (() => void) | undefined;
}

const retryMs = [100, 500, 2_000, 5_000];

/**
 * One connection of its own for every channel. When it breaks it is made again, and every listener is told that
 * there was a gap. A channel's name is ours and never comes from outside.
 */
export function openListener(url: string, log: Logger): Pick<Database, 'listen' | 'close'> {
  const channels = new Map<string, Set<Listening>>();
  let client: Client | null = null;
  let connecting: Promise<void> | null = null;
  let closed = false;

  const connect = async (): Promise<void> => {
    const next = new Client({ connectionString: url, application_name: 'stroma-listen', keepAlive: true });
    next.on('notification', ({ channel, payload }) => {
      for (const each of channels.get(channel) ?? []) each.onNotify(payload ?? '');
    });
    next.on('error', (error) => log.warn({ err: error }, 'the PostgreSQL listener was cut off'));
    next.on('end', () => {
      if (client !== next) return;
      client = null;
      if (!closed) void reconnect(0);
    });
    await next.connect();
    for (const channel of channels.keys()) await next.query(`listen "${channel}"`);
    client = next;
  };

  const reconnect = async (attempt: number): Promise<void> => {
    const wait = retryMs[Math.min(attempt, retryMs.length - 1)];
    await new Promise((done) => setTimeout(done, wait).unref());
    if (closed) return;
    try {
      await connect();
      for (const each of [...channels.values()].flatMap((set) => [...set])) each.onGap?.();
    } catch (error) {
      log.warn({ err: error }, 'the PostgreSQL listener could not be made again');
      await reconnect(attempt + 1);
    }
  };

  return {
    async listen(channel, onNotify, onGap): Promise<Stop> {
      const listening: Listening = { onNotify, onGap };
      const others = channels.get(channel);
      if (others) others.add(listening);
      else channels.set(channel, new Set([listening]));
      connecting ??= acrossTenants('what arrives on it is for every tenant', connect);
      await connecting;
      if (!others) await client?.query(`listen "${channel}"`);
      return async () => {
        channels.get(channel)?.delete(listening);
      };
    },
    async close() {
      closed = true;
      channels.clear();
      await client?.end();
    },
  };
}
