import type { Threat, ThreatBlock } from '@stroma/contracts';
import { csvField } from '../../platform/csv-field.ts';
import type { BlockRow, ThreatRow } from './threats.store.ts';

export function threatDocument(row: ThreatRow): Threat {
  const { actorId, handledBy } = row;
  return {
    threat_id: row.id,
    kind: row.kind,
    severity: row.severity,
    status: row.status,
    verdict: row.verdict,
    first_at: row.firstAt.toISOString(),
    last_at: row.lastAt.toISOString(),
    occurrences: row.occurrences,
    actor: actorId === null ? null : { id: actorId, name: row.actorName ?? '' },
    address: row.address,
    credential_id: row.credentialId,
    rule: row.rule,
    evidence: row.evidence,
    response: row.response,
    actions: row.actions,
    note: row.note,
    handled_by: handledBy === null ? null : { id: handledBy, name: row.handledByName ?? '' },
    handled_at: row.handledAt?.toISOString() ?? null,
  };
}

export function blockDocument(row: BlockRow, threatKind: ThreatRow['kind']): ThreatBlock {
  return {
    block_id: row.id,
    kind: row.kind,
    subject: row.subject,
    subject_name: row.subjectName,
    threat_id: row.threatId,
    threat_kind: threatKind,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  };
}

const columns = [
  'threat_id',
  'kind',
  'severity',
  'status',
  'verdict',
  'first_at',
  'last_at',
  'occurrences',
  'actor_id',
  'actor_name',
  'address',
  'credential_id',
  'rule',
  'response',
  'actions',
  'evidence',
  'note',
  'handled_by',
  'handled_at',
] as const;

/** One line for each. */
export function* threatsCsv(threats: Iterable<Threat>): Generator<string> {
  yield `${columns.join(',')}\r\n`;
  for (const { actor, handled_by, actions, evidence, ...plain } of threats) {
    const row: Record<(typeof columns)[number], string | number | null> = {
      ...plain,
      actor_id: actor?.id ?? null,
      actor_name: actor?.name ?? null,
      actions: actions.join(' '),
      evidence: JSON.stringify(evidence),
      handled_by: handled_by?.name ?? null,
    };
    yield `${columns.map((column) => csvField(row[column] === null ? null : String(row[column]))).join(',')}\r\n`;
  }
}
