import { api } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import { withinTenant } from '../../platform/db/tenant-scope.ts';
import type { WebSocket, WebSockets } from '../../platform/events/web-sockets.ts';
import { fail } from '../../platform/failure.ts';
import { route } from '../../platform/http/register-route.ts';
import { countFellBehind, setStreamQueued } from '../../platform/metrics/stream-metrics.ts';
import type { LiveHub, LiveReads } from './live-hub.ts';

/** What the tiles of a board read; the module that keeps boards says it. */
export interface BoardReader {
  /**
   * For this asker, now. `filters` is what the client sent with its subscription, unread. Throws NOT_FOUND for a board
   * out of reach, INVALID_INPUT for filters that cannot hold.
   */
  tiles(
    ctx: Context,
    boardId: string,
    filters: unknown,
  ): Promise<readonly (LiveReads & { tile_id: string })[]>;
  /** When given, updates carry this answer; otherwise they only name the tile, and its client asks again. */
  answer?(ctx: Context, boardId: string, tileId: string, filters: unknown): Promise<unknown>;
}

const request = z.strictObject({
  type: z.literal('subscribe'),
  tiles: z.array(z.string().max(100)).max(200).optional(),
  filters: z.unknown().optional(),
});

const batchMs = 50;
/** More than this waiting in the connection, and its client has fallen behind. */
const mostBuffered = 256 * 1024;

/** Boards that move: who has one open is told which of its tiles read something that has changed. */
export class LiveBoards {
  readonly #hub: LiveHub;
  readonly #clients = new Set<BoardClient>();
  #reader: BoardReader | null = null;

  constructor(hub: LiveHub) {
    this.#hub = hub;
  }

  know(reader: BoardReader): void {
    this.#reader = reader;
  }

  /** Connections, and tiles that wait in all their queues. */
  get held(): { clients: number; queued: number } {
    let queued = 0;
    for (const client of this.#clients) queued += client.queued;
    return { clients: this.#clients.size, queued };
  }

  register(app: FastifyInstance, sockets: WebSockets): void {
    route(app, api.streams.watchBoard, async ({ ctx, params, request: asked, reply }) => {
      const reader = this.#reader ?? fail('NOT_FOUND', 'There is no such dashboard.');
      await reader.tiles(ctx, params.dashboard_id, undefined);
      let client: BoardClient | null = null;
      const socket = await sockets.accept(asked, reply, ctx, async (present) => {
        if (!present.actor.permissions.has(api.streams.watchBoard.permission)) return false;
        return client === null || client.renew(present);
      });
      client = new BoardClient(this.#hub, reader, ctx, params.dashboard_id, socket);
      const mine = client;
      this.#clients.add(mine);
      socket.once('close', () => {
        mine.release();
        this.#clients.delete(mine);
        setStreamQueued(this.held.queued, 'websocket');
      });
      return reply;
    });
  }
}

class BoardClient {
  readonly #hub: LiveHub;
  readonly #reader: BoardReader;
  readonly #boardId: string;
  readonly #socket: WebSocket;
  #ctx: Context;
  #filters: unknown;
  #wanted: readonly string[] | null = null;
  #subscribed = false;
  #stops: (() => void)[] = [];
  /** Tiles to tell of: each once, so no more than the board has. */
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #behind = false;
  #answering = false;

  constructor(hub: LiveHub, reader: BoardReader, ctx: Context, boardId: string, socket: WebSocket) {
    this.#hub = hub;
    this.#reader = reader;
    this.#ctx = ctx;
    this.#boardId = boardId;
    this.#socket = socket;
    socket.on('message', (data) => void this.#take(String(data)));
  }

  get queued(): number {
    return this.#changed.size;
  }

  /** With the rights of this moment; false when the board is out of reach. */
  async renew(present: Context): Promise<boolean> {
    this.#ctx = present;
    if (!this.#subscribed) return true;
    try {
      await this.#watch();
      return true;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'NOT_FOUND' || code === 'FORBIDDEN') return false;
      throw error;
    }
  }

  release(): void {
    for (const stop of this.#stops.splice(0)) stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#changed.clear();
    this.#subscribed = false;
  }

  async #take(text: string): Promise<void> {
    try {
      const parsed = request.safeParse(JSON.parse(text));
      if (!parsed.success)
        fail('INVALID_INPUT', 'Expected { "type": "subscribe", "tiles"?: [...], "filters"?: ... }.');
      this.#filters = parsed.data.filters;
      this.#wanted = parsed.data.tiles ?? null;
      const tiles = await this.#inTenant(() => this.#watch());
      this.#subscribed = true;
      this.#say({ type: 'subscribed', tiles });
    } catch (error) {
      const known = error instanceof StromaError;
      if (!known && !(error instanceof SyntaxError))
        this.#ctx.log.error({ err: error }, 'a board could not be watched');
      const code = known ? error.code : error instanceof SyntaxError ? 'INVALID_INPUT' : 'INTERNAL';
      const message = known
        ? error.message
        : code === 'INTERNAL'
          ? 'Something in Stroma failed.'
          : 'Expected JSON.';
      this.#say({ type: 'error', error: { code, message } });
    }
  }

  async #watch(): Promise<string[]> {
    const tiles = await this.#reader.tiles(this.#ctx, this.#boardId, this.#filters);
    const shown = tiles.filter(({ tile_id }) => this.#wanted === null || this.#wanted.includes(tile_id));
    const before = this.#stops.splice(0);
    if (this.#socket.readyState === this.#socket.OPEN)
      for (const { tile_id, ...reads } of shown)
        this.#stops.push(
          this.#hub.watch(this.#ctx.actor.tenantId, reads, () => {
            this.#changed.add(tile_id);
            this.#timer ??= setTimeout(() => void this.#flush(), batchMs);
          }),
        );
    for (const stop of before) stop();
    return shown.map(({ tile_id }) => tile_id);
  }

  async #flush(): Promise<void> {
    this.#timer = null;
    if (this.#socket.readyState !== this.#socket.OPEN || this.#answering) return;
    if (this.#socket.bufferedAmount > mostBuffered) {
      if (!this.#behind) countFellBehind('websocket', 'resynchronised');
      this.#behind = true;
      this.#changed.clear();
      this.#timer = setTimeout(() => void this.#flush(), batchMs);
      return;
    }
    if (this.#behind) {
      this.#behind = false;
      this.#changed.clear();
      this.#say({ type: 'resync' });
      return;
    }
    const tiles = [...this.#changed];
    this.#changed.clear();
    if (tiles.length === 0) return;
    if (this.#reader.answer === undefined) return this.#say({ type: 'update', tiles });
    this.#answering = true;
    for (const tile of tiles) await this.#answer(tile);
    this.#answering = false;
    // What changed while they were answered.
    if (this.#changed.size > 0) this.#timer ??= setTimeout(() => void this.#flush(), batchMs);
  }

  async #answer(tileId: string): Promise<void> {
    try {
      const answer = await this.#inTenant(() =>
        this.#reader.answer?.(this.#ctx, this.#boardId, tileId, this.#filters),
      );
      this.#say({ type: 'update', tiles: [tileId], answer });
    } catch (error) {
      const { code = 'INTERNAL' } = error as { code?: string };
      this.#say({ type: 'update', tiles: [tileId], error: { code } });
    }
  }

  #inTenant<T>(work: () => Promise<T> | undefined): Promise<T | undefined> {
    return withinTenant(this.#ctx.actor.tenantId, async () => work());
  }

  #say(message: object): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
