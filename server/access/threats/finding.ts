import type { ThreatEvidence, ThreatKind, ThreatSeverity } from '@stroma/contracts';

/** What a detector found. */
export interface Finding {
  kind: ThreatKind;
  rule: string;
  severity: ThreatSeverity;
  /** Whom it is about, in a word that is the same each time: it makes two findings one threat. */
  about: string;
  actor: { id: string; name: string } | null;
  address: string | null;
  sessionId: string | null;
  keyId: string | null;
  evidence: ThreatEvidence;
}

/** As a list in the evidence: the first few, and that there are more. */
export function some(all: Iterable<string>, most = 10): string[] {
  const list = [...all];
  return list.length <= most ? list : [...list.slice(0, most), `+${list.length - most}`];
}
