import type { ThreatBlock } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Audit } from '../audit/audit.ts';
import { blockDocument } from './threat-documents.ts';
import { type ThreatGuard, tellBlocksChanged } from './threat-guard.ts';
import { liftBlocks, listBlocks } from './threats.store.ts';

export interface ThreatBlocksParts {
  platform: Pick<Platform, 'db'>;
  audit: Audit;
  guard: ThreatGuard;
  /** Resolves when what has happened so far has been looked at. */
  settled: () => Promise<void>;
}

/** Who and what is shut out, and being let in again. */
export class ThreatBlocks {
  readonly #parts: ThreatBlocksParts;

  constructor(parts: ThreatBlocksParts) {
    this.#parts = parts;
  }

  async list(ctx: Context, { limit, cursor }: { limit: number; cursor?: string | undefined }) {
    await this.#parts.settled();
    const wanted = { limit: limit + 1, before: cursor, now: new Date() };
    const rows = await listBlocks(this.#parts.platform.db.sql, ctx.actor.tenantId, wanted);
    const { page, next_cursor } = cutPage(rows, limit, ({ block }) => block.id);
    const items: ThreatBlock[] = page.map(({ block, threatKind }) => blockDocument(block, threatKind));
    return { items, next_cursor };
  }

  /** Throws NOT_FOUND. */
  async lift(ctx: Context, id: string): Promise<void> {
    const { tenantId } = ctx.actor;
    await this.#parts.platform.db.transaction(async (tx) => {
      const [lifted] = await liftBlocks(tx, { tenantId, id }, ctx.actor.id, new Date());
      if (lifted === undefined) fail('NOT_FOUND', 'There is no such block, or it is over.', { block_id: id });
      await this.#parts.audit.record(tx, ctx, {
        action: 'threat.unblocked',
        object: { kind: lifted.kind, id: lifted.subject },
        outcome: 'success',
        details: { block_id: id, threat_id: lifted.threatId },
      });
      await tellBlocksChanged(tx);
    });
    await this.#parts.guard.reload();
  }

  /** The person behind a session has proven again who they are: it goes on. */
  async proven(ctx: Context): Promise<void> {
    const { tenantId, sessionId, id: by } = ctx.actor;
    if (sessionId === null) return;
    const lifted = await this.#parts.platform.db.transaction(async (tx) => {
      const rows = await liftBlocks(tx, { tenantId, sessionId }, by, new Date());
      for (const { id, threatId } of rows)
        await this.#parts.audit.record(tx, ctx, {
          action: 'threat.unblocked',
          object: { kind: 'session', id: sessionId },
          outcome: 'success',
          details: { block_id: id, threat_id: threatId, how: 'proven' },
        });
      if (rows.length > 0) await tellBlocksChanged(tx);
      return rows.length;
    });
    if (lifted > 0) await this.#parts.guard.reload();
  }
}
