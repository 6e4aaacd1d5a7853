import { hash } from 'node:crypto';
import {
  type ComplianceReport,
  type ComplianceStandard,
  type ComplianceSummary,
  type ControlStatus,
  isAdministrator,
  type Language,
} from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';
import type { OpenAudit } from '../audit/open-audit.ts';
import type { Signable, Signatures } from '../signatures/signatures.service.ts';
import { findReport, insertReport, listReports, type ReportRow } from './compliance.store.ts';
import { openAccounts, tenantName } from './facts.store.ts';
import { measure, type Period, type RetentionFacts } from './facts.ts';
import { assess, type Standard } from './standards/control.ts';
import { gdpr } from './standards/gdpr.ts';
import { germanTitles } from './standards/german.ts';
import { hipaa } from './standards/hipaa.ts';
import { part11 } from './standards/part11.ts';
import { soc2 } from './standards/soc2.ts';

export const reportKind = 'compliance.report';
const defaultPeriodMs = 90 * 86_400_000;

const standards: Readonly<Record<ComplianceStandard, Standard>> = { hipaa, gdpr, soc2, part11 };

const notices: Readonly<Record<Language, string>> = {
  en: 'Every figure was measured in this installation at the time named. Where nothing could be measured the control is marked as the organisation’s to show. The report is evidence for an audit; it certifies nothing by itself.',
  de: 'Jede Zahl wurde in dieser Installation zur genannten Zeit gemessen. Wo nichts zu messen war, ist die Anforderung als eine gekennzeichnet, die die Organisation zeigt. Der Bericht ist Beleg für eine Prüfung; er bescheinigt von sich aus nichts.',
};

export interface ReportOrder {
  report_id: string;
  standard: ComplianceStandard;
  period: Period;
  language: Language;
}

interface ComplianceParts {
  platform: Platform;
  audit: OpenAudit;
  signatures: Signatures;
  retention: (tenantId: string) => Promise<RetentionFacts>;
  version: string;
}

type SignedDocument = Omit<ComplianceReport, 'sha256' | 'key_id' | 'signature' | 'signature_valid'>;

/** Reports of how this installation stands against a standard, each figure measured. */
export class Compliance {
  readonly #parts: ComplianceParts;

  constructor(parts: ComplianceParts) {
    this.#parts = parts;
  }

  async order(
    ctx: Context,
    {
      standard,
      period,
      language,
    }: { standard: ComplianceStandard; period?: Period | undefined; language: Language },
  ): Promise<{ job_id: string; report_id: string }> {
    const now = Date.now();
    const report_id = newId('report');
    const order: ReportOrder = {
      report_id,
      standard,
      language,
      period: period ?? {
        from: new Date(now - defaultPeriodMs).toISOString(),
        to: new Date(now).toISOString(),
      },
    };
    return { job_id: await this.#parts.platform.jobs.send(ctx, reportKind, order), report_id };
  }

  /** Measures; answers the report and how it is kept, in the transaction of the job that asked. */
  async make(
    ctx: Context,
    order: ReportOrder,
    onProgress: (fraction: number, phase: string) => void,
  ): Promise<{ report: SignedDocument; keep: (tx: Sql) => Promise<void> }> {
    const { platform, audit, version } = this.#parts;
    const { tenantId, id, name } = ctx.actor;
    const facts = await measure(
      { ...this.#parts, administers: isAdministrator },
      ctx,
      order.period,
      onProgress,
    );
    const { standard, language } = order;
    const { title, controls } = standards[standard];
    const assessed = controls.map((each) => assess(each, facts, language));
    const count = (status: ControlStatus) => assessed.filter((each) => each.status === status).length;
    const report: SignedDocument = {
      report_id: order.report_id,
      standard,
      language,
      title: language === 'de' ? germanTitles[standard] : title,
      period: order.period,
      made_at: facts.now.toISOString(),
      made_by: { id, name },
      counts: {
        met: count('met'),
        partly: count('partly'),
        not_met: count('not_met'),
        organisational: count('organisational'),
      },
      organisation: { id: tenantId, name: await tenantName(platform.db.sql, tenantId) },
      version,
      notice: notices[language],
      controls: assessed,
    };
    const document = canonicalJson(report);
    const sha256 = hash('sha256', document);
    const row: ReportRow = {
      id: order.report_id,
      tenantId,
      standard,
      madeAt: facts.now,
      document,
      sha256,
      signature: audit.keys.sign(message(sha256)),
      keyId: audit.keys.keyId,
    };
    return {
      report,
      keep: async (tx) => {
        await insertReport(tx, row);
        await audit.record(tx, ctx, {
          action: 'report.made',
          object: { kind: 'compliance_report', id: row.id },
          outcome: 'success',
          after: report,
          details: {
            standard,
            from: order.period.from,
            to: order.period.to,
            sha256,
            ...report.counts,
          },
        });
      },
    };
  }

  async list(
    ctx: Context,
    query: { limit: number; cursor?: string | undefined; standard?: ComplianceStandard | undefined },
  ): Promise<{ items: ComplianceSummary[]; next_cursor: string | null }> {
    const { limit, cursor, standard } = query;
    const rows = await listReports(this.#parts.platform.db.sql, ctx.actor.tenantId, {
      limit: limit + 1,
      before: cursor,
      standard,
    });
    const { page, next_cursor } = cutPage(rows, limit, ({ id }) => id);
    return {
      items: page.map((row) => {
        const { report_id, title, period, made_at, made_by, counts } = read(row);
        const { sha256, keyId: key_id, signature } = row;
        return {
          report_id,
          standard: row.standard,
          title,
          period,
          made_at,
          made_by,
          counts,
          sha256,
          key_id,
          signature,
        };
      }),
      next_cursor,
    };
  }

  /** Throws NOT_FOUND. */
  async get(ctx: Context, id: string): Promise<ComplianceReport> {
    const row =
      (await findReport(this.#parts.platform.db.sql, ctx.actor.tenantId, id)) ??
      fail('NOT_FOUND', 'There is no such report, or its job has not ended yet.', { report_id: id });
    const { sha256, signature, keyId } = row;
    return {
      ...read(row),
      sha256,
      key_id: keyId,
      signature,
      signature_valid:
        hash('sha256', row.document) === sha256 &&
        this.#parts.audit.keys.verify(message(sha256), signature, keyId),
    };
  }

  /** As people sign it: all that the report says. Null when there is none. */
  async signable(ctx: Context, id: string): Promise<Signable | 'hidden' | null> {
    if (!ctx.actor.permissions.has('compliance:read')) return 'hidden';
    const row = await findReport(this.#parts.platform.db.sql, ctx.actor.tenantId, id);
    if (row === null) return null;
    const report = read(row);
    return { label: `${report.title}, ${report.made_at.slice(0, 10)}`, content: report };
  }

  async confirmReview(ctx: Context, note: string): Promise<{ members: number; reviewed_at: string }> {
    const { platform, audit } = this.#parts;
    const reviewed_at = new Date().toISOString();
    const people = await openAccounts(platform.db.sql, ctx.actor.tenantId);
    const held = people.map(({ id, role }) => ({ id, role })).sort((a, b) => (a.id < b.id ? -1 : 1));
    await audit.append(ctx, {
      action: 'access.reviewed',
      object: null,
      outcome: 'success',
      after: held,
      details: { members: held.length, note },
    });
    return { members: held.length, reviewed_at };
  }
}

/** What a signature under a report names. */
export const reportObject = (id: string) => ({ kind: 'compliance_report', id });

const read = (row: ReportRow): SignedDocument => JSON.parse(row.document) as SignedDocument;

/** What is signed of a report. */
const message = (sha256: string): string => `compliance report ${sha256}`;
