import type { api, BoardComment } from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import type { SealedTable } from '../../platform/crypto/sealed-table.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import {
  deleteComment,
  findComment,
  insertComment,
  listComments,
  type StoredComment,
  updateComment,
} from './comments.store.ts';
import { DashboardDocuments } from './dashboard-documents.ts';
import type { DashboardParts, Dashboards } from './dashboards.service.ts';
import type { DashboardRow } from './dashboards.store.ts';

/** As people read it. */
type CommentRow = Omit<StoredComment, 'sealed' | 'text'> & { text: string };
type ListQuery = z.output<typeof api.dashboards.comments.query>;
type NewComment = z.output<typeof api.dashboards.comment.body>;
type Change = z.output<typeof api.dashboards.editComment.body>;

/** What people say about a board and its tiles. Whoever may open it may speak; only its author changes what was said. */
export class Comments {
  readonly #texts: SealedTable<'text'>;
  readonly #parts: DashboardParts;
  readonly #dashboards: Dashboards;
  readonly #documents: DashboardDocuments;

  constructor(parts: DashboardParts, dashboards: Dashboards) {
    this.#parts = parts;
    this.#dashboards = dashboards;
    this.#documents = new DashboardDocuments(parts);
    this.#texts = parts.platform.sealed.know({ table: 'dashboard_comments', columns: ['text'] });
  }

  async list(ctx: Context, id: string, query: ListQuery) {
    const board = await this.#dashboards.require(ctx, 'dashboards:read', id);
    const stored = await listComments(this.#parts.platform.db.sql, ctx, id, {
      tileId: query.tile_id,
      state: query.state,
      after: readIdCursor('comment', query.cursor),
      limit: query.limit + 1,
    });
    const { page: sealed, next_cursor } = cutPage(stored, query.limit, (row) => row.id);
    const page = await Promise.all(sealed.map((row) => this.#open(row)));
    return { items: await Promise.all(page.map((row) => this.#document(ctx, board, row))), next_cursor };
  }

  async add(ctx: Context, id: string, input: NewComment): Promise<BoardComment> {
    const board = await this.#dashboards.require(ctx, 'dashboards:read', id);
    const { platform } = this.#parts;
    const thread = input.thread_id === null ? null : await this.#find(ctx, id, input.thread_id);
    if (thread !== null && thread.threadId !== null)
      fail('INVALID_INPUT', 'Expected the first comment of a thread to answer.', { field: 'thread_id' });
    const tileId = thread === null ? input.tile_id : thread.tileId;
    if (thread === null && tileId !== null && !board.document.tiles.some(({ tile_id }) => tile_id === tileId))
      fail('NOT_FOUND', 'There is no such tile on the dashboard.', { tile_id: tileId });
    await this.#texts.prepare(ctx.actor.tenantId);
    const row: CommentRow = {
      id: newId('comment'),
      tenantId: ctx.actor.tenantId,
      dashboardId: id,
      tileId,
      threadId: thread?.id ?? null,
      text: input.text,
      mentions: await this.#mentioned(board, input.mentions),
      authorId: ctx.actor.id,
      createdAt: new Date(),
      editedAt: null,
      resolvedAt: null,
      resolvedBy: null,
    };
    await platform.db.transaction(async (tx) => {
      await insertComment(tx, { ...row, ...(await this.#texts.seal(row.tenantId, row.id, row)) });
      await this.#record(tx, ctx, row, 'added');
    });
    await this.#tell(ctx, board, row, row.mentions);
    return this.#document(ctx, board, row);
  }

  async edit(ctx: Context, id: string, commentId: string, change: Change): Promise<BoardComment> {
    const board = await this.#dashboards.require(ctx, 'dashboards:read', id);
    const before = await this.#find(ctx, id, commentId);
    const isOwn = before.authorId === ctx.actor.id;
    if ((change.text !== undefined || change.mentions !== undefined) && !isOwn)
      fail('FORBIDDEN', 'Only who wrote a comment changes it.');
    if (change.resolved !== undefined && before.threadId !== null)
      fail('INVALID_INPUT', 'A thread is settled at its first comment.', { field: 'resolved' });
    const mentions =
      change.mentions === undefined ? before.mentions : await this.#mentioned(board, change.mentions);
    await this.#texts.prepare(ctx.actor.tenantId);
    const isEdited = change.text !== undefined && change.text !== before.text;
    const row: CommentRow = {
      ...before,
      text: change.text ?? before.text,
      mentions,
      editedAt: isEdited ? new Date() : before.editedAt,
      ...(change.resolved === undefined
        ? {}
        : {
            resolvedAt: change.resolved ? new Date() : null,
            resolvedBy: change.resolved ? ctx.actor.id : null,
          }),
    };
    await this.#parts.platform.db.transaction(async (tx) => {
      const { editedAt, resolvedAt, resolvedBy } = row;
      const texts = await this.#texts.seal(row.tenantId, row.id, row);
      await updateComment(tx, ctx, commentId, { ...texts, mentions, editedAt, resolvedAt, resolvedBy });
      const settled = change.resolved === undefined ? 'edited' : change.resolved ? 'settled' : 'reopened';
      await this.#record(tx, ctx, row, settled);
    });
    await this.#tell(
      ctx,
      board,
      row,
      mentions.filter((each) => !before.mentions.includes(each)),
    );
    return this.#document(ctx, board, row);
  }

  async remove(ctx: Context, id: string, commentId: string): Promise<void> {
    await this.#dashboards.require(ctx, 'dashboards:read', id);
    const row = await this.#find(ctx, id, commentId);
    if (row.authorId !== ctx.actor.id) fail('FORBIDDEN', 'Only who wrote a comment takes it back.');
    await this.#parts.platform.db.transaction(async (tx) => {
      await deleteComment(tx, ctx, commentId);
      await this.#record(tx, ctx, row, 'removed');
    });
  }

  /** Throws INVALID_INPUT for somebody who may not see the board: they would be sent to a closed door. */
  async #mentioned(board: DashboardRow, userIds: readonly string[]): Promise<string[]> {
    const wanted = [...new Set(userIds)];
    const { people, resources } = this.#parts.access;
    for (const userId of wanted) {
      const actor = await people.actor(board.tenantId, userId);
      const thing = { id: board.id, ownerId: board.createdBy };
      if (actor === null || !(await resources.decide(actor, 'dashboards:read', thing)).allowed)
        fail('INVALID_INPUT', 'Expected members who may see this dashboard. Share it with them first.', {
          field: 'mentions',
          user_id: userId,
        });
    }
    return wanted;
  }

  /** The letter names the board and who speaks, not what was said: mail is no place for what data shows. */
  async #tell(ctx: Context, board: DashboardRow, row: CommentRow, userIds: readonly string[]): Promise<void> {
    const { platform, access } = this.#parts;
    for (const userId of userIds) {
      if (userId === ctx.actor.id) continue;
      const card = await access.people.card(board.tenantId, userId);
      if (card === null) continue;
      const letter = {
        to: card.email,
        subject: `${ctx.actor.name} mentioned you on a dashboard`,
        text: `${ctx.actor.name} mentioned you in a comment on the dashboard “${board.name}”.\n\nSign in to Stroma and open the dashboard to read it.\n`,
        tenantId: board.tenantId,
      };
      platform.mail.send(letter).catch((error: unknown) => {
        ctx.log.warn({ err: error, comment_id: row.id }, 'a mention could not be mailed');
      });
    }
  }

  async #record(
    tx: Parameters<typeof insertComment>[0],
    ctx: Context,
    row: CommentRow,
    deed: string,
  ): Promise<void> {
    await this.#parts.access.audit.record(tx, ctx, {
      action: 'dashboard.commented',
      object: { kind: 'dashboard', id: row.dashboardId },
      outcome: 'success',
      after: { comment_id: row.id, text: row.text, mentions: row.mentions },
      details: { comment_id: row.id, deed, tile_id: row.tileId },
    });
  }

  async #find(ctx: Context, dashboardId: string, id: string): Promise<CommentRow> {
    const found =
      (await findComment(this.#parts.platform.db.sql, ctx, dashboardId, id)) ??
      fail('NOT_FOUND', 'There is no such comment.', { comment_id: id });
    return this.#open(found);
  }

  async #open({ sealed, ...row }: StoredComment): Promise<CommentRow> {
    const { text } = await this.#texts.open(row.tenantId, row.id, { text: row.text, sealed });
    return { ...row, text: text ?? '' };
  }

  async #document(ctx: Context, board: DashboardRow, row: CommentRow): Promise<BoardComment> {
    const person = (userId: string) => this.#documents.person(ctx, userId);
    return {
      comment_id: row.id,
      thread_id: row.threadId,
      tile_id: row.tileId,
      tile_title: board.document.tiles.find(({ tile_id }) => tile_id === row.tileId)?.title ?? null,
      text: row.text,
      mentions: await Promise.all(row.mentions.map(person)),
      author: await person(row.authorId),
      created_at: row.createdAt.toISOString(),
      edited_at: row.editedAt?.toISOString() ?? null,
      resolved_at: row.resolvedAt?.toISOString() ?? null,
      resolved_by: row.resolvedBy === null ? null : await person(row.resolvedBy),
      may_change: row.authorId === ctx.actor.id,
    };
  }
}
