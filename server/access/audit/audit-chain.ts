import { hash } from 'node:crypto';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';

/** One position of a tenant's chain. */
export interface AuditLink {
  tenantId: string;
  position: number;
  eventId: string;
  eventSha256: string;
  previousSha256: string;
  sha256: string;
}

export interface Head {
  position: number;
  sha256: string;
}

/** One signed head of heads. `time` is ISO 8601. */
export interface AuditSeal {
  number: number;
  time: string;
  heads: string;
  previousSha256: string;
  sha256: string;
  signature: string;
  keyId: string;
}

export const beginning = '0'.repeat(64);

export const linkHash = (link: Omit<AuditLink, 'sha256'>): string =>
  hash(
    'sha256',
    JSON.stringify([
      'stroma audit link 1',
      link.tenantId,
      link.position,
      link.eventId,
      link.eventSha256,
      link.previousSha256,
    ]),
  );

export const sealHash = (seal: Omit<AuditSeal, 'sha256' | 'signature'>): string =>
  hash(
    'sha256',
    JSON.stringify([
      'stroma audit seal 1',
      seal.number,
      seal.time,
      seal.heads,
      seal.previousSha256,
      seal.keyId,
    ]),
  );

/** What the next seal names as its previous: the signature too, so that it cannot be changed either. */
export const sealReference = (seal: Pick<AuditSeal, 'sha256' | 'signature'>): string =>
  hash('sha256', `${seal.sha256}\n${seal.signature}`);

export function appendLink(
  tenantId: string,
  head: Head | null,
  event: { id: string; contentSha256: string },
): AuditLink {
  const link = {
    tenantId,
    position: (head?.position ?? 0) + 1,
    eventId: event.id,
    eventSha256: event.contentSha256,
    previousSha256: head?.sha256 ?? beginning,
  };
  return { ...link, sha256: linkHash(link) };
}

export function appendSeal(
  last: AuditSeal | null,
  heads: ReadonlyMap<string, Head>,
  time: string,
  signer: { keyId: string; sign(text: string): string },
): AuditSeal {
  const seal = {
    number: (last?.number ?? 0) + 1,
    time,
    heads: canonicalJson(Object.fromEntries(heads)),
    previousSha256: last === null ? beginning : sealReference(last),
    keyId: signer.keyId,
  };
  const sha256 = sealHash(seal);
  return { ...seal, sha256, signature: signer.sign(sha256) };
}

export function headsOf(seal: AuditSeal): Record<string, Head> {
  try {
    return JSON.parse(seal.heads) as Record<string, Head>;
  } catch {
    return {};
  }
}
