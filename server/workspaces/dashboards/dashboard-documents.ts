import type { BoardDocument, Dashboard, DashboardSummary, DashboardVersion } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { DashboardParts } from './dashboards.service.ts';
import { type DashboardRow, type DashboardVersionRow, datasetsOf } from './dashboards.store.ts';

/** Boards as they are told of to one person. */
export class DashboardDocuments {
  readonly #parts: Pick<DashboardParts, 'access' | 'data'>;

  constructor(parts: Pick<DashboardParts, 'access' | 'data'>) {
    this.#parts = parts;
  }

  async person(ctx: Context, userId: string) {
    if (userId === 'system') return { user_id: userId, name: 'Stroma' };
    return {
      user_id: userId,
      name: (await this.#parts.access.people.card(ctx.actor.tenantId, userId))?.name ?? null,
    };
  }

  async board(ctx: Context, row: DashboardRow): Promise<Dashboard> {
    const head = await this.#head(ctx, row);
    return { ...(head.may_change ? row.document : await this.#withheld(ctx, row.document)), ...head };
  }

  async summary(ctx: Context, row: DashboardRow, openComments: number): Promise<DashboardSummary> {
    const { tiles } = row.document;
    return {
      ...(await this.#head(ctx, row)),
      name: row.name,
      description: row.description,
      tile_kinds: [...new Set(tiles.map(({ kind }) => kind))],
      tiles: tiles.map(({ kind, place }) => ({ kind, place })),
      open_comments: openComments,
    };
  }

  async version(ctx: Context, row: DashboardVersionRow): Promise<DashboardVersion> {
    return {
      revision: row.revision,
      name: row.document.name,
      tile_count: row.document.tiles.length,
      note: row.note,
      created_at: row.createdAt.toISOString(),
      created_by: await this.person(ctx, row.createdBy),
    };
  }

  /** What it was, for who may see what it is. */
  async earlier(
    ctx: Context,
    present: DashboardRow,
    row: DashboardVersionRow,
  ): Promise<DashboardVersion & { document: BoardDocument }> {
    const { may_change } = await this.#head(ctx, present);
    const document = may_change ? row.document : await this.#withheld(ctx, row.document);
    return { ...(await this.version(ctx, row)), document };
  }

  async #head(ctx: Context, row: DashboardRow) {
    const { resources } = this.#parts.access;
    const thing = { id: row.id, ownerId: row.createdBy };
    const [write, share] = await Promise.all([
      resources.decide(ctx.actor, 'dashboards:write', thing, ctx.purpose),
      resources.decide(ctx.actor, 'dashboards:share', thing, ctx.purpose),
    ]);
    const projects = await resources.projectsOf(ctx.actor.tenantId, row.id);
    return {
      dashboard_id: row.id,
      owner: await this.person(ctx, row.createdBy),
      revision: row.revision,
      sample: row.sample,
      projects: projects.map(({ id, name }) => ({ project_id: id, name })),
      created_at: row.createdAt.toISOString(),
      updated_at: row.updatedAt.toISOString(),
      updated_by: await this.person(ctx, row.updatedBy),
      may_change: write.allowed,
      may_share: share.allowed,
      why_not: write.allowed ? null : write.reason,
    };
  }

  /** Without what is asked of datasets the viewer must not know of: a statement names them, and quotes values. */
  async #withheld(ctx: Context, document: BoardDocument): Promise<BoardDocument> {
    const seen = await this.#parts.data.tiles.see(ctx, datasetsOf(document));
    const tiles = document.tiles.map((tile) =>
      datasetsOf({ tiles: [tile] }).every((id) => seen.has(id)) ? tile : { ...tile, query: null, spec: null },
    );
    return { ...document, tiles };
  }
}
