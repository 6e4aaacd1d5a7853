import { defaultThreatPolicy, type ThreatPolicy } from '@stroma/contracts';
import type { Sql } from '../../platform/db/database.ts';
import { networkOf } from '../../platform/rate-limits/request-limits.ts';
import type { StoredEvent } from '../audit/audit-verification.ts';
import { judgeSignIns } from './credential-stuffing.ts';
import { type Finding, some } from './finding.ts';
import { judgeTravel } from './impossible-travel.ts';
import type { Places } from './places.ts';
import { judgeKeyRefusals, judgeRefusals } from './privilege-escalation.ts';
import {
  accountsOf,
  exportsByHour,
  failedSignIns,
  keepersOfInstallation,
  keyRefusalsOf,
  lastSeenElsewhere,
  longestWindow,
  refusalsOf,
  startedSessions,
} from './threat-signals.store.ts';
import { judgeExports, type Period, type Taken } from './unusual-export.ts';

export interface Detecting {
  db: Sql;
  places: Places;
  policyOf: (tenantId: string) => Promise<ThreatPolicy>;
  /** What the record of a failed sign-in holds in place of the address that was named. */
  subjectOf: (email: string) => string;
}

export interface Found {
  tenantId: string;
  finding: Finding;
}

/** How far back a person's habit is looked for. */
const habitDays = 28;

const nobody = { actor: null, address: null, sessionId: null, keyId: null };
const credential = (id: string | null) => ({
  sessionId: id?.startsWith('ses_') === true ? id : null,
  keyId: id?.startsWith('key_') === true ? id : null,
});

/** A sign-in, held against where its person was last seen. */
export async function detectTravel(
  { db, places, policyOf }: Detecting,
  event: StoredEvent,
): Promise<Found[]> {
  const { tenantId, actorId, actorName, address, credentialId: sessionId } = event;
  if (event.actorKind !== 'person' || address === null || sessionId === null || places.precision === 'none')
    return [];
  const { impossible_travel: rules } = await policyOf(tenantId);
  const before = await lastSeenElsewhere(db, { tenantId, actorId, sessionId, before: event.id });
  if (!rules.enabled || before === null || before.address === address) return [];
  const details = JSON.parse(event.details ?? '{}') as { second_factor?: boolean };
  const judged = judgeTravel(
    { ...before, place: places.of(before.address) },
    {
      at: new Date(event.time),
      address,
      place: places.of(address),
      userAgent: event.userAgent ?? '',
      secondFactor: details.second_factor === true,
    },
    rules,
  );
  if (judged === null) return [];
  const actor = { id: actorId, name: actorName };
  const finding = {
    kind: 'impossible_travel',
    about: actorId,
    actor,
    address,
    sessionId,
    keyId: null,
  } as const;
  return [{ tenantId, finding: { ...finding, ...judged } }];
}

/**
 * Failed sign-ins belong to nobody yet, so all are looked at together: each tenant whose accounts were tried is told,
 * of its own; where no account exists, who keeps the installation.
 */
export async function detectStuffing({ db, policyOf, subjectOf }: Detecting, now: Date): Promise<Found[]> {
  const standard = defaultThreatPolicy.credential_stuffing.window_minutes;
  const from = new Date(now.getTime() - Math.max(standard, (await longestWindow(db)) ?? 0) * 60_000);
  const all = await failedSignIns(db, from);
  if (all.length < 2) return [];
  const signedIn = await startedSessions(db, from);
  const accounts = await accountsOf(db, subjectOf, new Set(all.map(({ subject }) => subject)));
  const keepers = await keepersOfInstallation(db);
  const found: Found[] = [];
  for (const tenantId of new Set([...keepers, ...accounts.map((each) => each.tenantId)])) {
    const { credential_stuffing: rules } = await policyOf(tenantId);
    if (!rules.enabled) continue;
    const begins = now.getTime() - rules.window_minutes * 60_000;
    const failed = all
      .filter(({ at }) => at.getTime() >= begins)
      .map(({ subject, address }) => ({ subject, network: networkOf(address) }));
    const made = signedIn
      .filter(({ at }) => at.getTime() >= begins)
      .map((each) => ({ ...each, subject: subjectOf(each.email), network: networkOf(each.address) }));
    for (const { network, subjects, rule, severity, about, evidence } of judgeSignIns(failed, made, rules)) {
      const known = accounts.filter(({ subject }) => subjects.has(subject));
      const own = known.filter((each) => each.tenantId === tenantId);
      if (own.length === 0 && (known.length > 0 || !keepers.includes(tenantId))) continue;
      const entered =
        network === null ? [] : made.filter((each) => each.network === network && each.tenantId === tenantId);
      const [only] = rule === 'addresses_for_one_account' ? own : [];
      found.push({
        tenantId,
        finding: {
          kind: 'credential_stuffing',
          rule,
          severity: network !== null && entered.length > 0 && severity === 'medium' ? 'high' : severity,
          about,
          ...nobody,
          actor: only === undefined ? null : { id: only.id, name: only.name },
          address: network,
          evidence: {
            ...evidence,
            own_accounts: own.length,
            tried: some(own.map(({ name }) => name)),
            signed_in_from_there: entered.length,
          },
        },
      });
    }
  }
  return found;
}

export async function detectExport({ db, policyOf }: Detecting, event: StoredEvent): Promise<Found[]> {
  const { tenantId, actorId, actorName, actorKind, address, credentialId } = event;
  if (actorKind === 'system') return [];
  const { unusual_export: rules } = await policyOf(tenantId);
  if (!rules.enabled) return [];
  const hours = await exportsByHour(db, { tenantId, actorId }, new Date(event.time), habitDays);
  const judged = judgeExports(periodsOf(hours), rules);
  if (judged === null) return [];
  const actor = { id: actorId, name: actorName };
  return [
    {
      tenantId,
      finding: {
        kind: 'unusual_export',
        about: actorId,
        actor,
        address,
        ...credential(credentialId),
        ...judged,
        evidence: { ...judged.evidence, last: event.objectId ?? event.action },
      },
    },
  ];
}

/** The last hour and the last 24 hours, and those before. */
export function periodsOf(hours: readonly (Taken & { hoursAgo: number })[]): { hour: Period; day: Period } {
  const sum = (some: readonly Taken[]): Taken => ({
    rows: some.reduce((total, { rows }) => total + rows, 0),
    megabytes: some.reduce((total, { megabytes }) => total + megabytes, 0),
    files: some.reduce((total, { files }) => total + files, 0),
  });
  const before = hours.filter(({ hoursAgo }) => hoursAgo >= 24);
  const days = Object.values(Object.groupBy(before, ({ hoursAgo }) => Math.floor(hoursAgo / 24)));
  return {
    hour: { now: sum(hours.filter(({ hoursAgo }) => hoursAgo < 1)), earlier: before },
    day: {
      now: sum(hours.filter(({ hoursAgo }) => hoursAgo < 24)),
      earlier: days.map((day) => sum(day ?? [])),
    },
  };
}

export async function detectEscalation({ db, policyOf }: Detecting, event: StoredEvent): Promise<Found[]> {
  const { tenantId, actorId, actorName, actorKind, address, credentialId } = event;
  if (actorKind === 'system' || actorKind === 'anonymous') return [];
  const { privilege_escalation: rules } = await policyOf(tenantId);
  if (!rules.enabled) return [];
  const from = new Date(Date.parse(event.time) - rules.window_minutes * 60_000);
  const judged = judgeRefusals(await refusalsOf(db, { tenantId, actorId }, from), rules);
  if (judged === null) return [];
  return [
    {
      tenantId,
      finding: {
        kind: 'privilege_escalation',
        about: credentialId?.startsWith('key_') === true ? credentialId : actorId,
        actor: { id: actorId, name: actorName },
        address,
        ...credential(credentialId),
        ...judged,
      },
    },
  ];
}

export async function detectKeyMisuse({ db, policyOf }: Detecting, event: StoredEvent): Promise<Found[]> {
  const { tenantId, objectId: keyId, address } = event;
  if (keyId === null) return [];
  const { privilege_escalation: rules } = await policyOf(tenantId);
  if (!rules.enabled) return [];
  // Such a refusal is on record once a minute, so a longer window than for what people try.
  const from = new Date(Date.parse(event.time) - Math.max(60, rules.window_minutes) * 60_000);
  const refused = await keyRefusalsOf(db, tenantId, keyId, from);
  const judged = judgeKeyRefusals(refused);
  if (judged === null) return [];
  return [
    {
      tenantId,
      finding: {
        kind: 'privilege_escalation',
        about: keyId,
        actor: null,
        address,
        sessionId: null,
        keyId,
        ...judged,
        evidence: { ...judged.evidence, key_prefix: refused[0]?.prefix ?? '' },
      },
    },
  ];
}
