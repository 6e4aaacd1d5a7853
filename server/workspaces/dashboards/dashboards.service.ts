import type { api, BoardDocument, Dashboard, Permission } from '@stroma/contracts';
import type { z } from 'zod';
import type { Access } from '../../access/index.ts';
import type { Data } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage, readCursor, toPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { describeChange, requireSound } from './board-changes.ts';
import { BoardTexts } from './board-texts.ts';
import { countOpenComments } from './comments.store.ts';
import { DashboardDocuments } from './dashboard-documents.ts';
import {
  type DashboardRow,
  datasetsOf,
  findDashboard,
  findVersion,
  insertDashboard,
  insertVersion,
  listDashboards,
  listVersions,
  metricsOf,
  sortValue,
  updateDashboard,
} from './dashboards.store.ts';
import { dashboards } from './dashboards.tables.ts';

type ListQuery = z.output<typeof api.dashboards.list.query>;

export interface DashboardParts {
  platform: Platform;
  access: Pick<Access, 'audit' | 'resources' | 'people'>;
  data: Pick<Data, 'tiles' | 'metrics'>;
}

/** Boards as their people may see and change them; what they show is each viewer's own. */
export class Dashboards {
  readonly #parts: DashboardParts;
  readonly #documents: DashboardDocuments;
  readonly #texts: BoardTexts;

  constructor(parts: DashboardParts) {
    this.#parts = parts;
    this.#texts = new BoardTexts(parts.platform);
    this.#documents = new DashboardDocuments(parts);
  }

  /** Throws NOT_FOUND for one out of reach; FORBIDDEN where it may be seen but this may not be done. */
  async require(ctx: Context, permission: Permission, id: string, isDeleted = false): Promise<DashboardRow> {
    const { tenantId } = ctx.actor;
    const stored = await findDashboard(this.#parts.platform.db.sql, tenantId, id);
    if (stored === null || (stored.deletedAt !== null) !== isDeleted) return missing(id);
    await this.#parts.access.resources.require(ctx, permission, { id, ownerId: stored.createdBy });
    const [row] = await this.#texts.openBoards(tenantId, [stored]);
    return row ?? missing(id);
  }

  async list(ctx: Context, query: ListQuery) {
    const { sql } = this.#parts.platform.db;
    const reached = await this.#parts.access.resources.visible(ctx.actor, 'dashboards:read', {
      id: dashboards.id,
      ownerId: dashboards.createdBy,
    });
    const rows = await listDashboards(sql, ctx, {
      search: query.search,
      deleted: query.deleted === 'true',
      reached,
      sort: query.sort,
      limit: query.limit + 1,
      cursor: readCursor(query.cursor),
    });
    const page = toPage(
      rows,
      query.limit,
      (row) => sortValue(row, query.sort),
      (row) => row,
    );
    const comments = await countOpenComments(
      sql,
      ctx,
      page.items.map(({ id }) => id),
    );
    const opened = await this.#texts.openBoards(ctx.actor.tenantId, page.items);
    const items = await Promise.all(
      opened.map((row) => this.#documents.summary(ctx, row, comments.get(row.id) ?? 0)),
    );
    return { items, next_cursor: page.next_cursor };
  }

  async get(ctx: Context, id: string): Promise<Dashboard> {
    return this.#documents.board(ctx, await this.require(ctx, 'dashboards:read', id));
  }

  async create(ctx: Context, document: BoardDocument, note = 'Made', isSample = false): Promise<Dashboard> {
    await this.#requireUsable(ctx, document, null);
    const { platform, access } = this.#parts;
    const now = new Date();
    const { id: me, tenantId } = ctx.actor;
    const row: DashboardRow = {
      id: newId('dashboard'),
      tenantId,
      name: document.name,
      description: document.description,
      document,
      revision: 1,
      sample: isSample,
      createdBy: me,
      createdAt: now,
      updatedBy: me,
      updatedAt: now,
      deletedAt: null,
    };
    const stored = await this.#texts.board(row);
    const version = await this.#texts.version({
      tenantId,
      dashboardId: row.id,
      revision: 1,
      document,
      note,
      createdBy: me,
      createdAt: now,
    });
    await platform.db.transaction(async (tx) => {
      await insertDashboard(tx, stored);
      await insertVersion(tx, version);
      await access.audit.record(tx, ctx, {
        action: 'dashboard.created',
        object: { kind: 'dashboard', id: row.id },
        outcome: 'success',
        after: document,
        details: { name: document.name, tiles: document.tiles.length },
      });
    });
    return this.#documents.board(ctx, row);
  }

  async update(
    ctx: Context,
    id: string,
    { revision, ...document }: BoardDocument & { revision: number },
    note?: string,
  ): Promise<Dashboard> {
    const before = await this.require(ctx, 'dashboards:write', id);
    await this.#requireUsable(ctx, document, before.document);
    const { platform, access } = this.#parts;
    const { tenantId, id: me } = ctx.actor;
    const updatedAt = new Date();
    const change = {
      name: document.name,
      description: document.description,
      revision: revision + 1,
      updatedBy: me,
      updatedAt,
    };
    const sealed = await this.#texts.changed(tenantId, id, document);
    const version = await this.#texts.version({
      tenantId,
      dashboardId: id,
      revision: revision + 1,
      document,
      note: note ?? describeChange(before.document, document),
      createdBy: me,
      createdAt: updatedAt,
    });
    await platform.db.transaction(async (tx) => {
      if (!(await updateDashboard(tx, ctx, id, revision, { ...change, ...sealed })))
        fail(
          'CONFLICT',
          'Somebody changed the dashboard since you opened it. Open it again, or save yours as another.',
          {
            field: 'revision',
            revision: (await findDashboard(tx, tenantId, id))?.revision ?? null,
          },
        );
      await insertVersion(tx, version);
      await access.audit.record(tx, ctx, {
        action: 'dashboard.changed',
        object: { kind: 'dashboard', id },
        outcome: 'success',
        before: before.document,
        after: document,
        details: { name: document.name, revision: revision + 1 },
      });
    });
    return this.#documents.board(ctx, { ...before, ...change, document });
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const row = await this.require(ctx, 'dashboards:write', id);
    await this.#setDeleted(ctx, row, new Date());
  }

  async restore(ctx: Context, id: string): Promise<Dashboard> {
    const row = await this.require(ctx, 'dashboards:write', id, true);
    await this.#setDeleted(ctx, row, null);
    return this.#documents.board(ctx, { ...row, deletedAt: null });
  }

  async #setDeleted(
    ctx: Context,
    { id, revision, name }: DashboardRow,
    deletedAt: Date | null,
  ): Promise<void> {
    const { platform, access } = this.#parts;
    await platform.db.transaction(async (tx) => {
      if (!(await updateDashboard(tx, ctx, id, revision, { deletedAt })))
        fail('CONFLICT', 'Somebody changed the dashboard at this moment. Try again.');
      await access.audit.record(tx, ctx, {
        action: deletedAt === null ? 'dashboard.restored' : 'dashboard.deleted',
        object: { kind: 'dashboard', id },
        outcome: 'success',
        details: { name },
      });
    });
  }

  async versions(ctx: Context, id: string, query: { limit: number; cursor?: string | undefined }) {
    await this.require(ctx, 'dashboards:read', id);
    const before = query.cursor === undefined ? null : Number(query.cursor);
    if (before !== null && !(Number.isSafeInteger(before) && before > 0 && before < 2 ** 31))
      fail('INVALID_INPUT', 'Expected the next_cursor of the page before, unchanged.', { field: 'cursor' });
    const rows = await listVersions(this.#parts.platform.db.sql, ctx, id, before, query.limit + 1);
    const { page, next_cursor } = cutPage(rows, query.limit, (row) => String(row.revision));
    const opened = await this.#texts.openVersions(ctx.actor.tenantId, page);
    return { items: await Promise.all(opened.map((row) => this.#documents.version(ctx, row))), next_cursor };
  }

  async version(ctx: Context, id: string, revision: number) {
    const present = await this.require(ctx, 'dashboards:read', id);
    return this.#documents.earlier(ctx, present, await this.#findVersion(ctx, id, revision));
  }

  async restoreVersion(ctx: Context, id: string, revision: number): Promise<Dashboard> {
    const present = await this.require(ctx, 'dashboards:write', id);
    const { document } = await this.#findVersion(ctx, id, revision);
    return this.update(
      ctx,
      id,
      { ...document, revision: present.revision },
      `As it was in version ${revision}`,
    );
  }

  async #findVersion(ctx: Context, id: string, revision: number) {
    const stored = await findVersion(this.#parts.platform.db.sql, ctx, id, revision);
    const [row] = await this.#texts.openVersions(ctx.actor.tenantId, stored === null ? [] : [stored]);
    return row ?? fail('NOT_FOUND', `The dashboard has no version ${revision}.`, { revision });
  }

  /** Nobody puts on a board what they do not see themselves; what stood there already may stay. */
  async #requireUsable(ctx: Context, document: BoardDocument, before: BoardDocument | null): Promise<void> {
    requireSound(document);
    const { data } = this.#parts;
    const stood = new Set(before === null ? [] : [...datasetsOf(before), ...metricsOf(before)]);
    const ids = datasetsOf(document).filter((id) => !stood.has(id));
    const seen = await data.tiles.see(ctx, ids);
    const unknown = ids.find((id) => !seen.has(id));
    if (unknown !== undefined)
      fail('INVALID_INPUT', 'A tile is made of a dataset that is not there, or that you may not see.', {
        field: 'tiles',
        dataset_id: unknown,
      });
    const metricIds = metricsOf(document).filter((id) => !stood.has(id));
    const known = await data.metrics.find(ctx, metricIds);
    const missing = metricIds.find((id) => !known.has(id));
    if (missing !== undefined)
      fail('INVALID_INPUT', 'A tile shows a metric that is not there.', {
        field: 'tiles',
        metric_id: missing,
      });
  }
}

const missing = (id: string): never => fail('NOT_FOUND', 'There is no such dashboard.', { dashboard_id: id });
