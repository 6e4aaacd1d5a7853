import { hash } from 'node:crypto';
import type { Signature, SignatureMeaning } from '@stroma/contracts';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';

/** All that a signature says; its canonical JSON is what is signed. */
export interface SignatureDocument {
  format: 'stroma signature 1';
  id: string;
  tenant_id: string;
  object: { kind: string; id: string; label: string };
  content_sha256: string;
  meaning: SignatureMeaning;
  signer: { id: string; name: string };
  signed_at: string;
  time_zone: string;
  comment: string;
  method: Signature['method'];
  session_id: string | null;
  request_id: string;
}

export const contentHashOf = (content: unknown): string => hash('sha256', canonicalJson(content));

export const writeSignature = (document: SignatureDocument): string => canonicalJson(document);

/** What the key puts its signature under. */
export const signatureMessage = (text: string): string => `signature ${hash('sha256', text)}`;

const words: Record<SignatureMeaning, string> = {
  authored: 'Authored',
  reviewed: 'Reviewed',
  approved: 'Approved',
};

/** 21 CFR 11.50: printed name, date and time, meaning. `Approved by Ada Lovelace on 21 November 2026 at 14:05:09 GMT+1 (Europe/Berlin)`. */
export function renderSignature(
  of: Pick<SignatureDocument, 'signer' | 'meaning' | 'signed_at' | 'time_zone'>,
): string {
  const moment = new Date(of.signed_at);
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: of.time_zone }).format(moment);
  const time = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'shortOffset',
    timeZone: of.time_zone,
  }).format(moment);
  return `${words[of.meaning]} by ${of.signer.name} on ${day} at ${time} (${of.time_zone})`;
}
