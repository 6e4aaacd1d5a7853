import type { BoardState, Dashboard, SharedBoard, TileResult } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { type Access, type Audit, verifyPassword } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { acrossTenants, withinTenant } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Limit } from '../../platform/rate-limits/limits.ts';
import { openRateLimits, type RateLimits } from '../../platform/rate-limits/rate-limits.ts';
import { networkOf } from '../../platform/rate-limits/request-limits.ts';
import type { ShownBoards } from '../exports/shown-boards.ts';
import { hashOfToken, isLinkToken, isPass, makePass, readFrame, shareOfFrame } from './share-secret.ts';
import { allowedState, sharedBoard } from './shared-document.ts';
import { countOpening, findFrame, findShareByHash, type ShareRow } from './shares.store.ts';
import type { SharingPolicies } from './sharing-policy.ts';

const passMs = 3_600_000;
const quarterMs = 15 * 60_000;
const limits = {
  password: { name: 'share-password', most: 10, windowMs: quarterMs, blockMs: quarterMs },
  passwords: { name: 'share-passwords', most: 100, windowMs: 3_600_000, blockMs: 3_600_000 },
  reads: { name: 'share-reads', most: 120, windowMs: 60_000 },
} as const satisfies Record<string, Limit>;

/** Who stands at the door: nobody we know. */
export type Visitor = Pick<Context, 'requestId' | 'log' | 'signal'> & {
  origin: { readonly address: string; readonly userAgent: string };
};

export interface ShareAccessParts {
  platform: Pick<Platform, 'db' | 'keys' | 'cache' | 'log'>;
  audit: Audit;
  people: Access['people'];
  boards: ShownBoards;
  policies: SharingPolicies;
}

/**
 * What a link or frame opens. Each time it is used its maker is looked at anew: it shows what the maker sees at that
 * moment, and nothing once the maker is gone, may not share the board any more, or its data may not leave.
 */
export class ShareAccess {
  readonly #parts: ShareAccessParts;
  readonly #rates: RateLimits;

  constructor(parts: ShareAccessParts) {
    this.#parts = parts;
    this.#rates = openRateLimits(parts.platform.cache, parts.platform.log);
  }

  /** A board somebody may share. Throws NOT_FOUND, FORBIDDEN. */
  async requireBoard(ctx: Context, dashboardId: string): Promise<Dashboard> {
    const board = await this.#parts.boards.get(ctx, dashboardId);
    if (!board.may_share)
      fail('FORBIDDEN', board.why_not ?? 'Your role may not share this dashboard.', {
        permission: 'dashboards:share',
      });
    return board;
  }

  /** The board and a pass for its data; both null where a password is asked for and none was given. */
  async open(
    visitor: Visitor,
    { token, password }: { token: string; password?: string | undefined },
  ): Promise<{ board: SharedBoard | null; pass: string | null }> {
    const share = await this.#find(visitor, token);
    if (share.passwordHash !== null && password === undefined) return { board: null, pass: null };
    return withinTenant(share.tenantId, async () => {
      if (share.passwordHash !== null) await this.#requirePassword(visitor, share, password ?? '');
      const { board } = await this.#standing(visitor, share);
      const { platform, audit, people } = this.#parts;
      await platform.db.transaction(async (tx) => {
        await countOpening(tx, share.tenantId, share.id);
        await audit.record(tx, strangerOf(visitor, share), {
          action: 'share.opened',
          object: { kind: 'dashboard_share', id: share.id },
          outcome: 'success',
          details: { dashboard: share.dashboardId, kind: share.kind },
        });
      });
      const key = await this.#key(share);
      return {
        board: sharedBoard(board, share, await people.organisation(share.tenantId)),
        pass: makePass(key, share.id, share.passwordHash, Date.now() + passMs),
      };
    });
  }

  async data(
    visitor: Visitor,
    { token, pass, state }: { token: string; pass: string; state: BoardState },
  ): Promise<{ as_of: string; results: Omit<TileResult, 'sql' | 'provenance_id'>[] }> {
    const share = await this.#find(visitor, token);
    await this.#take(limits.reads, `${share.id}:${networkOf(visitor.origin.address)}`);
    return withinTenant(share.tenantId, async () => {
      if (!isPass(await this.#key(share), share.id, share.passwordHash, pass))
        fail('TOKEN_INVALID', 'The page was open for too long. Load it again.');
      const { board, ctx } = await this.#standing(visitor, share);
      const shown = allowedState(board, share, state);
      const { as_of, results } = await this.#parts.boards.data(ctx, share.dashboardId, shown);
      await this.#parts.audit.append(strangerOf(visitor, share), {
        action: 'share.read',
        object: { kind: 'dashboard_share', id: share.id },
        outcome: 'success',
        details: { dashboard: share.dashboardId, tiles: results.length },
      });
      return {
        as_of,
        results: results.map(({ sql: _, provenance_id: __, ...result }) => ({
          ...result,
          // What the engine says of a failed query may quote it.
          error:
            result.error === null
              ? null
              : { code: result.error.code, message: 'This tile cannot be shown here.' },
        })),
      };
    });
  }

  /** Origins that may frame the board of a token; none for a token that opens nothing. */
  async framers(token: string): Promise<string[]> {
    const share = await this.#frame(token);
    return share === null || reasonEnded(share) !== null ? [] : share.allowedOrigins;
  }

  /** Why a link that was neither ended nor has expired opens nothing all the same; null where it does. */
  async whyClosed(share: ShareRow): Promise<string | null> {
    if (reasonEnded(share) !== null) return null;
    const { log } = this.#parts.platform;
    const { signal } = new AbortController();
    try {
      await this.#standingOf({ requestId: share.id, log, signal }, share);
      return null;
    } catch (error) {
      if (error instanceof StromaError) return error.message;
      throw error;
    }
  }

  async #find(visitor: Visitor, token: string): Promise<ShareRow> {
    const share = isLinkToken(token)
      ? await acrossTenants('whose link it is, its secret says', () =>
          findShareByHash(this.#parts.platform.db.sql, hashOfToken(token)),
        )
      : await this.#frame(token);
    if (share === null) fail('NOT_FOUND', 'There is no such link. Ask whoever gave it to you.');
    const ended = reasonEnded(share);
    if (ended !== null) await this.#refuse(visitor, share, ended);
    return share;
  }

  async #frame(token: string): Promise<ShareRow | null> {
    const id = shareOfFrame(token);
    if (id === null) return null;
    const share = await acrossTenants('whose frame it is, its token says', () =>
      findFrame(this.#parts.platform.db.sql, id),
    );
    if (share === null) return null;
    const claims = await readFrame(await this.#key(share), token);
    return claims?.jti === share.id && claims.sub === share.dashboardId ? share : null;
  }

  async #requirePassword(visitor: Visitor, share: ShareRow, password: string): Promise<void> {
    const at = `${share.id}:${networkOf(visitor.origin.address)}`;
    await this.#take(limits.password, at);
    await this.#take(limits.passwords, share.id);
    if (await verifyPassword({ hash: share.passwordHash ?? '', password })) {
      await this.#rates.giveBack(limits.password, at);
      await this.#rates.giveBack(limits.passwords, share.id);
      return;
    }
    await this.#record(visitor, share, 'password');
    fail('WRONG_CREDENTIALS', 'This is not the password of the link.');
  }

  async #take(limit: Limit, at: string): Promise<void> {
    const standing = await this.#rates.take(limit, at);
    if (standing.allowed) return;
    const seconds = Math.max(1, Math.ceil(standing.resetMs / 1000));
    fail('RATE_LIMITED', `This link was tried too often. Try again in ${seconds} s.`, {
      retry_after_seconds: seconds,
      limit: limit.name,
    });
  }

  async #standing(visitor: Visitor, share: ShareRow): Promise<{ board: Dashboard; ctx: Context }> {
    try {
      return await this.#standingOf(visitor, share);
    } catch (error) {
      if (error instanceof StromaError && error.code === 'FORBIDDEN')
        await this.#record(visitor, share, String(error.details.reason ?? 'sharer'));
      throw error;
    }
  }

  /** Throws FORBIDDEN with the reason, in words a stranger may read. */
  async #standingOf(
    visitor: Pick<Context, 'requestId' | 'log' | 'signal'> & Partial<Pick<Visitor, 'origin'>>,
    share: ShareRow,
  ): Promise<{ board: Dashboard; ctx: Context }> {
    const { people, boards, policies } = this.#parts;
    const { tenantId, createdBy, label, prefix } = share;
    const policy = await policies.of(tenantId);
    if (!policy.links)
      fail('FORBIDDEN', 'This organisation no longer shares dashboards by link.', { reason: 'policy' });
    const maker = await people.actor(tenantId, createdBy);
    if (maker === null || !maker.permissions.has('dashboards:share'))
      fail('FORBIDDEN', 'Whoever shared this may no longer share it. Ask them for another link.', {
        reason: 'sharer',
      });
    const actor = { ...maker, name: `${maker.name} (link ${label === '' ? prefix : label})` };
    const { requestId, log, signal, origin } = visitor;
    const ctx: Context = { actor, requestId, log, signal, ...(origin === undefined ? {} : { origin }) };
    const board = await boards.get(ctx, share.dashboardId).catch((error: unknown) => {
      if (!(error instanceof StromaError) || !['NOT_FOUND', 'FORBIDDEN'].includes(error.code)) throw error;
      return null;
    });
    if (board === null || !board.may_share)
      fail('FORBIDDEN', 'The dashboard is gone, or whoever shared it may no longer see it.', {
        reason: 'sharer',
      });
    await policies.requireMayLeave(tenantId, policy, board.tiles);
    return { board, ctx };
  }

  async #refuse(visitor: Visitor, share: ShareRow, reason: 'revoked' | 'expired'): Promise<never> {
    await this.#record(visitor, share, reason);
    return fail(
      'FORBIDDEN',
      reason === 'revoked' ? 'This link was ended.' : 'This link has expired. Ask for another.',
      { reason },
    );
  }

  #record(visitor: Visitor, share: ShareRow, reason: string): Promise<void> {
    return this.#parts.audit.append(strangerOf(visitor, share), {
      action: 'share.refused',
      object: { kind: 'dashboard_share', id: share.id },
      outcome: 'refused',
      details: { dashboard: share.dashboardId, reason },
    });
  }

  #key({ id, sealedKey }: ShareRow): Promise<string> {
    return this.#parts.platform.keys.decryptText(sealedKey, 'dashboard-share', id);
  }
}

function reasonEnded({ revokedAt, expiresAt }: ShareRow): 'revoked' | 'expired' | null {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt.getTime() <= Date.now() ? 'expired' : null;
}

const strangerOf = ({ requestId, origin }: Visitor, { tenantId }: ShareRow) => ({
  tenantId,
  requestId,
  address: origin.address,
  userAgent: origin.userAgent,
});
