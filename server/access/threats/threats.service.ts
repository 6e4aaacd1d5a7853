import { type Threat, type ThreatFilter, threatResponses, threatSeverities } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { systemContext } from '../../platform/system-actor.ts';
import type { Audit } from '../audit/audit.ts';
import type { Sessions } from '../identity/sessions.service.ts';
import type { Finding } from './finding.ts';
import { threatDocument } from './threat-documents.ts';
import { type ThreatGuard, tellBlocksChanged } from './threat-guard.ts';
import { mayTell, tellBlocked, tellOfThreat } from './threat-mail.ts';
import type { ThreatPolicies } from './threat-policies.service.ts';
import { respond } from './threat-response.ts';
import {
  findThreat,
  findUnresolved,
  insertThreat,
  liftBlocks,
  listThreats,
  lockFingerprint,
  type ThreatRow,
  unresolvedBySeverity,
  updateThreat,
} from './threats.store.ts';

export interface ThreatsParts {
  platform: Platform;
  audit: Audit;
  sessions: Pick<Sessions, 'endAll' | 'forget'>;
  guard: ThreatGuard;
  policies: Pick<ThreatPolicies, 'of'>;
  /** Resolves when what has happened so far has been looked at. */
  settled: () => Promise<void>;
}

/** What is found again within this time, and not resolved, is the same threat. */
const sameMs = 24 * 3_600_000;
const mostExported = 10_000;
const pageSize = 200;

/** Threats: put on record with what was done about each, shown, and closed by a person. */
export class Threats {
  readonly #parts: ThreatsParts;

  constructor(parts: ThreatsParts) {
    this.#parts = parts;
  }

  /** Puts what was found on record and does what the policy asks for; both, or neither. */
  async take(
    tenantId: string,
    finding: Finding,
    least: Pick<Threat, 'actions'> = { actions: [] },
  ): Promise<Threat> {
    const policy = await this.#parts.policies.of(tenantId);
    const now = new Date();
    const { kind, rule, severity } = finding;
    const asked = policy[kind].responses[severity];
    // Who only came upon text in data is not to suffer for it.
    const response = finding.rule === 'in_data' && asked !== 'observe' ? 'alert' : asked;
    const fingerprint = `${kind} ${rule} ${finding.about}`;
    const { db } = this.#parts.platform;
    const ctx = systemContext(this.#parts.platform.log, tenantId);
    const { row, told, done } = await db.transaction(async (tx) => {
      await lockFingerprint(tx, tenantId, fingerprint);
      const known = await findUnresolved(tx, tenantId, fingerprint, new Date(now.getTime() - sameMs));
      const id = known?.id ?? newId('threat');
      const worse = known === null || rank(severity) > rank(known.severity);
      const seen: ThreatRow = {
        ...(known ?? blank(tenantId, id, now)),
        kind,
        rule,
        fingerprint,
        severity: worse ? severity : known.severity,
        lastAt: now,
        occurrences: (known?.occurrences ?? 0) + 1,
        actorId: finding.actor?.id ?? null,
        actorName: finding.actor?.name ?? null,
        address: finding.address,
        credentialId: finding.sessionId ?? finding.keyId,
        evidence: known !== null && rank(severity) < rank(known.severity) ? known.evidence : finding.evidence,
        response: worse || stronger(response, known.response) ? response : known.response,
      };
      if (known === null) await insertThreat(tx, { ...seen, actions: [] });
      const done = await respond(tx, this.#parts.sessions, {
        tenantId,
        threatId: id,
        finding,
        response,
        policy,
        now,
      });
      const told = worse && response !== 'observe' && (await mayTell(this.#parts.platform, tenantId, policy));
      const actions = new Set([
        ...(known?.actions ?? []),
        ...least.actions,
        ...done.actions,
        ...(told ? (['mail_sent'] as const) : []),
      ]);
      const row = { ...seen, actions: [...actions] };
      await updateThreat(tx, tenantId, id, row);
      if (worse) {
        await this.#audited(tx, ctx, row);
        const news = { threat_id: id, kind, severity: row.severity, response: row.response };
        await this.#parts.platform.events.publish(tx, ctx, 'threat.detected', id, news);
      } else {
        const news = { threat_id: id, status: row.status };
        await this.#parts.platform.events.publish(tx, ctx, 'threat.changed', id, news);
      }
      return { row, told, done };
    });
    const { actions, blocked } = done;
    if (actions.length > 0) await this.#parts.guard.reload();
    if (blocked !== null) this.#parts.sessions.forget(blocked.userId);
    const threat = threatDocument(row);
    if (told)
      void tellOfThreat(this.#parts.platform, tenantId, threat, policy.mail_minutes).catch(this.#failed);
    if (blocked !== null)
      void tellBlocked(this.#parts.platform, tenantId, blocked.userId, blocked.until).catch(this.#failed);
    return threat;
  }

  async list(
    ctx: Context,
    { limit, cursor, ...filter }: ThreatFilter & { limit: number; cursor?: string | undefined },
  ) {
    await this.#parts.settled();
    const { sql } = this.#parts.platform.db;
    const { tenantId } = ctx.actor;
    const rows = await listThreats(sql, tenantId, filter, { limit: limit + 1, before: cursor });
    const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
    return {
      items: page.map(threatDocument),
      next_cursor,
      open: await unresolvedBySeverity(sql, tenantId),
    };
  }

  async get(ctx: Context, id: string): Promise<Threat> {
    return threatDocument(await this.#find(this.#parts.platform.db.sql, ctx, id));
  }

  /** Newest first, at most 10,000. */
  async all(ctx: Context, filter: ThreatFilter): Promise<Threat[]> {
    const { sql } = this.#parts.platform.db;
    const found: Threat[] = [];
    for (let before: string | undefined; found.length < mostExported; ) {
      const rows = await listThreats(sql, ctx.actor.tenantId, filter, { limit: pageSize, before });
      found.push(...rows.map(threatDocument));
      before = rows.at(-1)?.id;
      if (rows.length < pageSize) break;
    }
    await this.#parts.audit.append(ctx, {
      action: 'audit.exported',
      object: { kind: 'threats', id: ctx.actor.tenantId },
      outcome: 'success',
      details: { rows: found.length, format: 'csv' },
    });
    return found.slice(0, mostExported);
  }

  /** Throws NOT_FOUND, CONFLICT for one that is not open any more. */
  acknowledge(ctx: Context, id: string, note: string | undefined): Promise<Threat> {
    return this.#handle(ctx, id, (row) => {
      if (row.status !== 'open')
        fail('CONFLICT', `This threat is ${row.status} already.`, { status: row.status });
      return { status: 'acknowledged' as const, note: note ?? row.note };
    });
  }

  /** Throws NOT_FOUND, CONFLICT for one that is resolved. */
  async resolve(
    ctx: Context,
    id: string,
    input: { verdict: 'true_positive' | 'false_positive'; note: string; unblock: boolean },
  ): Promise<Threat> {
    const { verdict, note, unblock } = input;
    const threat = await this.#handle(
      ctx,
      id,
      (row) => {
        if (row.status === 'resolved')
          fail('CONFLICT', 'This threat is resolved already.', { status: row.status });
        return { status: 'resolved' as const, verdict, note };
      },
      unblock,
    );
    if (unblock) await this.#parts.guard.reload();
    return threat;
  }

  async #handle(
    ctx: Context,
    id: string,
    change: (row: ThreatRow) => Partial<ThreatRow> & Pick<ThreatRow, 'status'>,
    unblock = false,
  ): Promise<Threat> {
    const { tenantId, id: handledBy, name: handledByName } = ctx.actor;
    const { platform, audit } = this.#parts;
    return platform.db.transaction(async (tx) => {
      const found = await this.#find(tx, ctx, id);
      await lockFingerprint(tx, tenantId, found.fingerprint);
      const before = await this.#find(tx, ctx, id);
      const changed = { ...change(before), handledBy, handledByName, handledAt: new Date() };
      await updateThreat(tx, tenantId, id, changed);
      const lifted = unblock ? await liftBlocks(tx, { tenantId, threatId: id }, handledBy, new Date()) : [];
      if (lifted.length > 0) await tellBlocksChanged(tx);
      const row = { ...before, ...changed };
      await audit.record(tx, ctx, {
        action: row.status === 'resolved' ? 'threat.resolved' : 'threat.acknowledged',
        object: { kind: 'threat', id },
        outcome: 'success',
        before: threatDocument(before),
        after: threatDocument(row),
        details: { kind: row.kind, severity: row.severity, verdict: row.verdict, unblocked: lifted.length },
      });
      await platform.events.publish(tx, ctx, 'threat.changed', id, { threat_id: id, status: row.status });
      return threatDocument(row);
    });
  }

  async #find(db: Sql, ctx: Context, id: string): Promise<ThreatRow> {
    const found = await findThreat(db, ctx.actor.tenantId, id);
    return found ?? fail('NOT_FOUND', 'There is no such threat.', { threat_id: id });
  }

  #audited(tx: Sql, ctx: Context, row: ThreatRow): Promise<void> {
    return this.#parts.audit.record(tx, ctx, {
      action: 'threat.detected',
      object: { kind: 'threat', id: row.id },
      outcome: 'success',
      after: threatDocument(row),
      details: {
        kind: row.kind,
        rule: row.rule,
        severity: row.severity,
        actor: row.actorId,
        address: row.address,
        response: row.response,
        actions: row.actions.join(' '),
      },
    });
  }

  readonly #failed = (error: unknown): void =>
    this.#parts.platform.log.error({ err: error }, 'a mail about a threat could not be sent');
}

const rank = (severity: Threat['severity']): number => threatSeverities.indexOf(severity);
const stronger = (a: Threat['response'], b: Threat['response']): boolean =>
  threatResponses.indexOf(a) > threatResponses.indexOf(b);

function blank(
  tenantId: string,
  id: string,
  now: Date,
): Omit<ThreatRow, 'kind' | 'rule' | 'severity' | 'response' | 'evidence' | 'fingerprint'> {
  return {
    id,
    tenantId,
    status: 'open',
    verdict: null,
    firstAt: now,
    lastAt: now,
    occurrences: 0,
    actorId: null,
    actorName: null,
    address: null,
    credentialId: null,
    actions: [],
    note: null,
    handledBy: null,
    handledByName: null,
    handledAt: null,
  };
}
