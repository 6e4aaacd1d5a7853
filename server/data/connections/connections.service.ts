import type {
  DataConnection,
  SourceSecrets,
  SourceSelection,
  SourceSettings,
  SourceTable,
  TestedConnection,
} from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { FastifyRequest } from 'fastify';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage, readCursor, readIdCursor, writeCursor } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { receiveSqliteFile } from './connection-files.ts';
import {
  type ConnectionRow,
  changeConnection,
  connectionDocument,
  deleteConnection,
  findConnection,
  importsOf,
  insertConnection,
  listConnections,
} from './connections.store.ts';
import type { OpenSource } from './kinds/source-kind.ts';
import type { Sources } from './sources.ts';

const testMs = 15_000;
const browseMs = 15_000;

interface Given {
  settings: SourceSettings;
  secrets: SourceSecrets;
}

/** Connections: none is kept that did not reach its source, and none gives its secrets back. */
export class Connections {
  readonly #platform: Platform;
  readonly #audit: Audit;
  readonly #sources: Sources;

  constructor(platform: Platform, audit: Audit, sources: Sources) {
    this.#platform = platform;
    this.#audit = audit;
    this.#sources = sources;
  }

  async list(ctx: Context, { limit, cursor }: { limit: number; cursor?: string | undefined }) {
    const { sql } = this.#platform.db;
    const rows = await listConnections(sql, ctx, {
      before: readIdCursor('source', cursor),
      limit: limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
    const about = await importsOf(
      sql,
      ctx,
      page.map(({ id }) => id),
    );
    return { items: page.map((row) => connectionDocument(row, about.get(row.id))), next_cursor };
  }

  async get(ctx: Context, id: string): Promise<DataConnection> {
    const row = await this.find(ctx, id);
    const about = await importsOf(this.#platform.db.sql, ctx, [id]);
    return connectionDocument(row, about.get(id));
  }

  async find(ctx: Context, id: string): Promise<ConnectionRow> {
    const row = await findConnection(this.#platform.db.sql, ctx, id);
    return row ?? fail('NOT_FOUND', 'There is no such connection.', { connection_id: id });
  }

  async create(ctx: Context, given: Given & { name: string }): Promise<DataConnection> {
    await this.#reach(ctx, given, null);
    const now = new Date();
    const id = newId('source');
    await this.#platform.db.transaction(async (tx) => {
      await insertConnection(tx, {
        id,
        tenantId: ctx.actor.tenantId,
        name: given.name,
        settings: given.settings,
        ...(await this.#sources.seal(id, given.secrets)),
        testedAt: now,
        createdBy: ctx.actor.id,
        createdAt: now,
        updatedAt: now,
      });
      await this.#audit.record(tx, ctx, {
        action: 'connection.created',
        object: { kind: 'connection', id },
        outcome: 'success',
        after: given.settings,
        details: { name: given.name, kind: given.settings.kind },
      });
    });
    return this.get(ctx, id);
  }

  async test(ctx: Context, given: Given & { connection_id?: string | undefined }): Promise<TestedConnection> {
    const { settings, connection_id } = given;
    const row = connection_id === undefined ? null : await this.find(ctx, connection_id);
    const secrets = row === null ? given.secrets : await this.#secretsFor(row, settings, given.secrets);
    return this.#reach(ctx, { settings, secrets }, connection_id ?? null);
  }

  async testAgain(ctx: Context, id: string): Promise<TestedConnection> {
    const row = await this.find(ctx, id);
    const { sql } = this.#platform.db;
    try {
      const tested = await this.#reach(
        ctx,
        { settings: row.settings, secrets: await this.#sources.secretsOf(row) },
        id,
      );
      await changeConnection(sql, ctx, id, { testedAt: new Date(), problem: null });
      return tested;
    } catch (error) {
      await changeConnection(sql, ctx, id, { testedAt: new Date(), problem: problemOf(error) });
      throw error;
    }
  }

  async update(
    ctx: Context,
    id: string,
    change: {
      name?: string | undefined;
      settings?: SourceSettings | undefined;
      secrets?: SourceSecrets | undefined;
    },
  ): Promise<DataConnection> {
    const row = await this.find(ctx, id);
    const settings = change.settings ?? row.settings;
    const reached = change.settings !== undefined || change.secrets !== undefined;
    const next: Partial<ConnectionRow> = { updatedAt: new Date() };
    if (change.name !== undefined) next.name = change.name;
    if (reached) {
      if (settings.kind !== row.settings.kind)
        fail('INVALID_INPUT', 'A connection stays of its kind. Make another one.', {
          field: 'settings.kind',
        });
      const secrets = await this.#secretsFor(row, settings, change.secrets ?? {});
      await this.#reach(ctx, { settings, secrets }, id);
      Object.assign(
        next,
        { settings, testedAt: new Date(), problem: null },
        await this.#sources.seal(id, secrets),
      );
    }
    await this.#platform.db.transaction(async (tx) => {
      await changeConnection(tx, ctx, id, next);
      await this.#audit.record(tx, ctx, {
        action: 'connection.changed',
        object: { kind: 'connection', id },
        outcome: 'success',
        before: { name: row.name, settings: row.settings },
        after: { name: next.name ?? row.name, settings },
        details: { secrets_changed: Object.keys(change.secrets ?? {}).join(', ') },
      });
    });
    return this.get(ctx, id);
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const row = await this.find(ctx, id);
    await this.#platform.db.transaction(async (tx) => {
      await deleteConnection(tx, ctx, id);
      await this.#audit.record(tx, ctx, {
        action: 'connection.deleted',
        object: { kind: 'connection', id },
        outcome: 'success',
        before: { name: row.name, settings: row.settings },
      });
    });
    await this.#sources.forget(id);
  }

  sendFile(ctx: Context, request: FastifyRequest) {
    return receiveSqliteFile(this.#platform, this.#audit, ctx, request);
  }

  schemas(ctx: Context, id: string): Promise<{ items: string[] }> {
    return this.#browse(ctx, id, async (source) => ({ items: await source.schemas() }));
  }

  async tables(
    ctx: Context,
    id: string,
    query: {
      schema?: string | undefined;
      search?: string | undefined;
      limit: number;
      cursor?: string | undefined;
    },
  ): Promise<{ items: SourceTable[]; next_cursor: string | null }> {
    const all = await this.#browse(ctx, id, (source) => source.tables(query.schema));
    const wanted = query.search?.trim().toLowerCase() ?? '';
    const found = all.filter(({ table }) => table.toLowerCase().includes(wanted));
    const from = Number(readCursor(query.cursor)?.[0] ?? 0);
    const { page } = cutPage(found.slice(from), query.limit, () => '');
    const end = from + page.length;
    return { items: page, next_cursor: end < found.length ? writeCursor([end, '']) : null };
  }

  async preview(ctx: Context, id: string, selection: SourceSelection, limit: number) {
    const { columns, rows } = await this.#browse(ctx, id, (source) => source.preview(selection, limit));
    await this.#audit.append(ctx, {
      action: 'connection.previewed',
      object: { kind: 'connection', id },
      outcome: 'success',
      after: selection,
      details: { rows: rows.length },
    });
    return {
      columns: columns.map(({ name, type }) => ({ name, type })),
      source_columns: columns.map(({ name, source_type, type }) => ({ name, source_type, type })),
      rows: JSON.parse(JSON.stringify(rows)),
    };
  }

  async #browse<T>(ctx: Context, id: string, work: (source: OpenSource) => Promise<T>): Promise<T> {
    const row = await this.find(ctx, id);
    const secrets = await this.#sources.secretsOf(row);
    return this.#sources.with(ctx, { settings: row.settings, secrets, timeoutMs: browseMs }, work);
  }

  /** Reaches the source, lists what is there, and puts on record how that ended. */
  async #reach(ctx: Context, given: Given, id: string | null): Promise<TestedConnection> {
    const began = performance.now();
    const { kind } = given.settings;
    const record = (outcome: 'success' | 'failure', details: Record<string, string>) =>
      this.#audit.append(ctx, {
        action: 'connection.tested',
        object: id === null ? null : { kind: 'connection', id },
        outcome,
        after: given.settings,
        details: { kind, ...details },
      });
    try {
      const found = await this.#sources.with(ctx, { ...given, timeoutMs: testMs }, async (source) => {
        await source.tables(undefined);
        return { server: source.server, encrypted: source.encrypted };
      });
      await record('success', {});
      return { ok: true, ...found, elapsed_ms: Math.round(performance.now() - began) };
    } catch (error) {
      await record('failure', { code: problemOf(error).code });
      throw error;
    }
  }

  /** Secrets that were not given anew, where they go to where they went before: nobody sends them elsewhere. */
  async #secretsFor(
    row: ConnectionRow,
    settings: SourceSettings,
    given: SourceSecrets,
  ): Promise<SourceSecrets> {
    if (destinationOf(settings) !== destinationOf(row.settings)) return given;
    return { ...(await this.#sources.secretsOf(row)), ...given };
  }
}

/** Who gets the secrets, and how well guarded. */
function destinationOf(settings: SourceSettings): string {
  switch (settings.kind) {
    case 'postgresql':
    case 'mysql':
      return [
        settings.kind,
        settings.host,
        settings.port,
        settings.user,
        settings.tls,
        settings.certificate,
      ].join(' ');
    case 'sqlite':
      return settings.kind;
    case 's3':
      return [settings.kind, settings.endpoint, settings.region, settings.access_key].join(' ');
    case 'clickhouse':
      return [settings.kind, new URL(settings.url).origin, settings.user].join(' ');
    case 'http_json':
    case 'http_files':
      return [settings.kind, new URL(settings.url).origin, settings.auth, settings.header].join(' ');
  }
}

export function problemOf(error: unknown): { code: string; message: string } {
  return error instanceof StromaError
    ? { code: error.code, message: error.message }
    : { code: 'INTERNAL', message: 'Something in Stroma failed.' };
}
