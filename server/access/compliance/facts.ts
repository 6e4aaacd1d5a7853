import { type AuditVerification, api, type Endpoint } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { KeyState } from '../../platform/crypto/keys.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import type { Platform } from '../../platform/platform.ts';
import { systemTenant } from '../../platform/system-actor.ts';
import { openAuditAnchors } from '../audit/audit-anchors.ts';
import type { OpenAudit } from '../audit/open-audit.ts';
import { identityRules } from '../identity/identity-rules.ts';
import { asksSecondFactor, findSecondFactorPolicy } from '../identity/second-factor-policies.store.ts';
import type { Signatures } from '../signatures/signatures.service.ts';
import {
  apiKeyFacts,
  type BackupFact,
  backupFacts,
  type EmergencyFacts,
  emergencyFacts,
  type KeyFacts,
  type LastEvent,
  lastEvent,
  openAccounts,
  type PersonFact,
  type RecordedAction,
  type RequestFacts,
  recordedActions,
  requestFacts,
  type SensitivityFact,
  sensitivityFacts,
  type ThreatFacts,
  threatFacts,
  type WallFacts,
  wallFacts,
} from './facts.store.ts';

export interface Period {
  from: string;
  to: string;
}

/** How long things are kept, as the room of retention knows it. */
export interface RetentionFacts {
  policies: { kind: string; days: number; keeps: boolean }[];
  holds: number;
}

/** Everything a report is drawn from, measured within one job; times are of the measuring. */
export interface Facts {
  now: Date;
  period: Period;
  audit: AuditVerification;
  /** Of a whole record that is long, the last 10,000 signatures. */
  signatures: { total: number; valid: number; changed: number; gone: number; broken: number; weak: number };
  people: (PersonFact & { required: boolean; administers: boolean })[];
  recorded: RecordedAction[];
  /** Failed sign-ins and locks of accounts nobody may learn exist: on record of the installation. */
  strangers: { failed: number; locked: number };
  apiKeys: KeyFacts;
  emergencies: EmergencyFacts;
  requests: RequestFacts;
  threats: ThreatFacts;
  walls: WallFacts;
  backups: BackupFact[];
  backupPlan: { cron: string | null; target: string | null };
  keys: KeyState;
  objectsEncrypted: boolean;
  /** Tables whose texts are sealed, and those of them of which rows lie in clear still. */
  texts: { sealed: string[]; clear: string[] };
  transport: { tls: boolean; loopback: boolean; proxy: boolean; database: 'embedded' | 'tls' | 'clear' };
  rules: {
    sessionHours: number;
    idleMinutes: number;
    passwordLength: number;
    passwordStrength: number;
    lockoutFailures: number;
    secondFactor: string;
  };
  routes: { all: number; public: number };
  datasets: SensitivityFact[];
  last: Record<LastAction, LastEvent | null>;
  retention: RetentionFacts;
}

const lastActions = [
  'access.reviewed',
  'audit.anchored',
  'encryption-key.rotated',
  'retention.applied',
  'data.anonymised',
  'audit.exported',
] as const;
export type LastAction = (typeof lastActions)[number];

export interface Measured {
  platform: Platform;
  audit: OpenAudit;
  signatures: Signatures;
  retention: (tenantId: string) => Promise<RetentionFacts>;
  administers: (role: string) => boolean;
}

/** Reads the live system for one tenant. Verifies the whole audit record, so it takes as long as that. */
export async function measure(
  { platform, audit, signatures, retention, administers }: Measured,
  ctx: Context,
  period: Period,
  onProgress: (fraction: number, phase: string) => void,
): Promise<Facts> {
  const { db, config, keys, objects, sealed } = platform;
  const { tenantId } = ctx.actor;
  const now = new Date();
  const policy = await findSecondFactorPolicy(db.sql, tenantId);
  const asksFactor = asksSecondFactor(identityRules(config), policy);
  const people = await openAccounts(db.sql, tenantId);
  const outside = await acrossTenants('of the installation', async () => ({
    walls: await wallFacts(db.sql),
    backups: await backupFacts(db.sql),
    strangers: await recordedActions(db.sql, systemTenant, period),
    anchored: await lastEvent(db.sql, systemTenant, 'audit.anchored', now.toISOString()),
    rotated: await lastEvent(db.sql, systemTenant, 'encryption-key.rotated', now.toISOString()),
  }));
  const last = Object.fromEntries(
    await Promise.all(
      lastActions.map(async (action) => [
        action,
        await lastEvent(db.sql, tenantId, action, now.toISOString()),
      ]),
    ),
  ) as Facts['last'];
  onProgress(0.2, 'verifying signatures');
  const signed = await signatureFacts(signatures, ctx);
  onProgress(0.3, 'verifying the audit record');
  const length = Math.max(1, await audit.lengthOf(tenantId));
  const checkpoints = await (await openAuditAnchors(platform, audit)).outside();
  const verification = await audit.verify(tenantId, checkpoints, (events) =>
    onProgress(0.3 + 0.6 * Math.min(1, events / length), `${events} of ${length} events verified`),
  );
  return {
    now,
    period,
    audit: verification,
    signatures: signed,
    people: people.map((person) => ({
      ...person,
      required: asksFactor(person.role),
      administers: administers(person.role),
    })),
    recorded: await recordedActions(db.sql, tenantId, period),
    strangers: {
      failed: countOf(outside.strangers, 'session.refused'),
      locked: countOf(outside.strangers, 'account.locked'),
    },
    apiKeys: await apiKeyFacts(db.sql, tenantId),
    emergencies: await emergencyFacts(db.sql, tenantId, period),
    requests: await requestFacts(db.sql, tenantId, period),
    threats: await threatFacts(db.sql, tenantId, period),
    walls: outside.walls,
    backups: outside.backups,
    backupPlan: {
      cron: config.STROMA_BACKUP_CRON ?? null,
      target: config.STROMA_BACKUP_TARGET ?? null,
    },
    keys: await acrossTenants('keys belong to the installation', () => keys.state()),
    objectsEncrypted: objects.encrypted,
    texts: { sealed: sealed.all().map(({ table }) => table), clear: await sealed.tablesInClear() },
    transport: {
      tls: config.STROMA_TLS_CERT !== undefined,
      loopback: config.HOST === 'localhost' || config.HOST === '::1' || config.HOST.startsWith('127.'),
      proxy: config.STROMA_TRUST_PROXY !== false,
      database: databaseTransport(config.DATABASE_URL),
    },
    rules: {
      sessionHours: config.STROMA_SESSION_HOURS,
      idleMinutes: config.STROMA_SESSION_IDLE_MINUTES,
      passwordLength: config.STROMA_PASSWORD_MIN_LENGTH,
      passwordStrength: config.STROMA_PASSWORD_MIN_STRENGTH,
      lockoutFailures: config.STROMA_LOCKOUT_FAILURES,
      secondFactor: config.STROMA_REQUIRE_MFA,
    },
    routes: routeFacts(),
    datasets: await sensitivityFacts(db.sql, tenantId),
    last: {
      ...last,
      'audit.anchored': last['audit.anchored'] ?? outside.anchored,
      'encryption-key.rotated': last['encryption-key.rotated'] ?? outside.rotated,
    },
    retention: await retention(tenantId),
  };
}

const countOf = (recorded: readonly RecordedAction[], action: string): number =>
  recorded.filter((each) => each.action === action).reduce((sum, { count }) => sum + count, 0);

const mostSignatures = 10_000;

async function signatureFacts(signatures: Signatures, ctx: Context): Promise<Facts['signatures']> {
  const counted = { total: 0, valid: 0, changed: 0, gone: 0, broken: 0, weak: 0 };
  let cursor: string | undefined;
  do {
    const page = await signatures.list(ctx, { limit: 200, cursor });
    for (const { state, method } of page.items) {
      counted.total += 1;
      if (state === 'valid') counted.valid += 1;
      else if (state === 'content_changed') counted.changed += 1;
      else if (state === 'object_gone') counted.gone += 1;
      else counted.broken += 1;
      if (method === 'code') counted.weak += 1;
    }
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && counted.total < mostSignatures);
  return counted;
}

function databaseTransport(url: string | undefined): Facts['transport']['database'] {
  if (url === undefined) return 'embedded';
  const { hostname, searchParams } = new URL(url);
  const mode = searchParams.get('sslmode') ?? searchParams.get('ssl') ?? '';
  const local = ['localhost', '127.0.0.1', '[::1]', ''].includes(hostname);
  return local || /^(require|verify-ca|verify-full|true|1)$/.test(mode) ? 'tls' : 'clear';
}

function routeFacts(): Facts['routes'] {
  const endpoints = Object.values(api).flatMap((group) => Object.values(group) as Endpoint[]);
  return {
    all: endpoints.length,
    public: endpoints.filter(({ permission }) => permission === 'public').length,
  };
}
