import type { BoardState, Dashboard, DashboardShare, dashboardSharesApi } from '@stroma/contracts';
import type { z } from 'zod';
import { type Access, type Audit, hashPassword } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { canonicalHash } from '../exports/state-hash.ts';
import type { ShareAccess } from './share-access.ts';
import { makeLinkToken, makeShareKey, signFrame } from './share-secret.ts';
import { shareDocument } from './shared-document.ts';
import { insertShare, listShares, revokeShare, type ShareRow } from './shares.store.ts';
import type { dashboardShares } from './shares.tables.ts';
import type { SharingPolicies } from './sharing-policy.ts';

type Body<E extends { body: z.ZodType }> = z.output<E['body']>;

export interface SharesParts {
  platform: Pick<Platform, 'db' | 'keys' | 'config'>;
  audit: Audit;
  people: Access['people'];
  policies: SharingPolicies;
  access: ShareAccess;
}

/** Links and frames of dashboards, as the people who make them see them. */
export class Shares {
  readonly #parts: SharesParts;

  constructor(parts: SharesParts) {
    this.#parts = parts;
  }

  async share(
    ctx: Context,
    dashboardId: string,
    input: Body<typeof dashboardSharesApi.share>,
    origin: string,
  ) {
    const expiresAt = input.expires_at === null ? null : new Date(input.expires_at);
    const board = await this.#requireShareable(ctx, dashboardId, expiresAt, input.password === null);
    const { token, prefix, hash } = makeLinkToken();
    const share = await this.#make(ctx, {
      dashboardId,
      kind: 'link',
      label: input.label,
      prefix,
      hash,
      passwordHash: input.password === null ? null : await hashPassword(input.password),
      filters: input.filters,
      state: wholeState(board, input.state),
      allowedOrigins: [],
      expiresAt,
    });
    // Behind the #, so that it stands in no log and no referrer.
    return { share: share.document, url: `${this.#base(origin)}/shared#${token}`, token };
  }

  async embed(
    ctx: Context,
    dashboardId: string,
    input: Body<typeof dashboardSharesApi.embed>,
    origin: string,
  ) {
    const expiresAt = new Date(input.expires_at);
    const board = await this.#requireShareable(ctx, dashboardId, expiresAt, false);
    const state = wholeState(board, input.state);
    const { document, row, key } = await this.#make(ctx, {
      dashboardId,
      kind: 'embed',
      label: input.label,
      prefix: 'frame',
      hash: null,
      passwordHash: null,
      filters: input.filters,
      state,
      allowedOrigins: input.allowed_origins,
      expiresAt,
    });
    const token = await signFrame(key, {
      jti: row.id,
      sub: dashboardId,
      origins: input.allowed_origins,
      state: canonicalHash(state),
      iat: Math.floor(Date.now() / 1000),
      exp: Math.floor(expiresAt.getTime() / 1000),
    });
    const url = `${this.#base(origin)}/embed?token=${token}`;
    const html = `<iframe src="${url}" title="Stroma" width="100%" height="800" style="border:0" referrerpolicy="no-referrer" loading="lazy"></iframe>`;
    return { share: document, url, token, html };
  }

  async list(
    ctx: Context,
    dashboardId: string,
    { limit, cursor }: { limit: number; cursor?: string | undefined },
  ): Promise<{ items: DashboardShare[]; next_cursor: string | null }> {
    const { platform, access } = this.#parts;
    await access.requireBoard(ctx, dashboardId);
    const rows = await listShares(platform.db.sql, {
      tenantId: ctx.actor.tenantId,
      dashboardId,
      before: cursor,
      limit: limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
    return { items: await Promise.all(page.map((row) => this.#document(row))), next_cursor };
  }

  async revoke(ctx: Context, dashboardId: string, id: string): Promise<void> {
    const { platform, audit, access } = this.#parts;
    await access.requireBoard(ctx, dashboardId);
    await platform.db.transaction(async (tx) => {
      const row = await revokeShare(tx, { tenantId: ctx.actor.tenantId, dashboardId, id });
      if (row === null)
        fail('NOT_FOUND', 'There is no such link on this dashboard, or it has been ended already.');
      await audit.record(tx, ctx, {
        action: 'share.revoked',
        object: { kind: 'dashboard_share', id },
        outcome: 'success',
        details: { dashboard: dashboardId, kind: row.kind, opened: row.opened },
      });
    });
  }

  async #requireShareable(
    ctx: Context,
    dashboardId: string,
    expiresAt: Date | null,
    open: boolean,
  ): Promise<Dashboard> {
    const { access, policies } = this.#parts;
    const { tenantId, scope } = ctx.actor;
    if (scope?.emergency !== undefined)
      fail('FORBIDDEN', 'Nothing is shared while emergency access is open.', { reason: 'emergency' });
    const board = await access.requireBoard(ctx, dashboardId);
    const policy = await policies.of(tenantId);
    if (!policy.links)
      fail('FORBIDDEN', 'This organisation does not share dashboards by link.', { reason: 'policy' });
    if (open && policy.password_required)
      fail('INVALID_INPUT', 'This organisation asks for a password on every link.', { field: 'password' });
    if (expiresAt !== null && expiresAt.getTime() <= Date.now())
      fail('INVALID_INPUT', 'Expected an end that is still to come.', { field: 'expires_at' });
    const most = policy.most_days === null ? null : Date.now() + policy.most_days * 86_400_000 + 60_000;
    if (most !== null && (expiresAt === null || expiresAt.getTime() > most))
      fail('INVALID_INPUT', `A link may live for ${policy.most_days} days at most here.`, {
        field: 'expires_at',
      });
    await policies.requireMayLeave(tenantId, policy, board.tiles);
    return board;
  }

  async #make(
    ctx: Context,
    given: Omit<typeof dashboardShares.$inferInsert, 'id' | 'tenantId' | 'sealedKey' | 'createdBy'> & {
      state: BoardState;
    },
  ): Promise<{ document: DashboardShare; row: ShareRow; key: string }> {
    const { platform, audit } = this.#parts;
    const { tenantId, id: createdBy } = ctx.actor;
    const id = newId('share');
    const key = makeShareKey();
    const row = await platform.db.transaction(async (tx) => {
      const sealedKey = await platform.keys.encryptText(key, 'dashboard-share', id);
      const made = await insertShare(tx, { ...given, id, tenantId, sealedKey, createdBy });
      await audit.record(tx, ctx, {
        action: 'dashboard.shared',
        object: { kind: 'dashboard', id: given.dashboardId },
        outcome: 'success',
        after: { ...given, hash: null, passwordHash: given.passwordHash != null },
        details: {
          share: id,
          kind: given.kind,
          password: given.passwordHash != null,
          filters: given.filters,
          expires_at: given.expiresAt?.toISOString() ?? null,
          origins: given.allowedOrigins.join(' '),
        },
      });
      return made;
    });
    return { document: await this.#document(row), row, key };
  }

  async #document(row: ShareRow): Promise<DashboardShare> {
    const { people, access } = this.#parts;
    const maker = await people.card(row.tenantId, row.createdBy);
    return shareDocument(row, { makerName: maker?.name ?? null, closed: await access.whyClosed(row) });
  }

  #base(origin: string): string {
    return (this.#parts.platform.config.STROMA_PUBLIC_URL ?? origin).replace(/\/+$/, '');
  }
}

/** With what the board itself has where the state says nothing: a link stays as it was made when the board changes. */
function wholeState(
  { filters, time_range, variables }: Pick<Dashboard, 'filters' | 'time_range' | 'variables'>,
  state: BoardState,
): BoardState {
  const held = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  return {
    ...state,
    filters: state.filters ?? filters.map(({ label: _, ...filter }) => filter),
    time_range: state.time_range === undefined ? time_range : state.time_range,
    variables: { ...held, ...state.variables },
  };
}
