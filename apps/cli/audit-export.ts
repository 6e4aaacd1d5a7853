import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { StromaError } from '@stroma/kernel';

export interface ExportCheck {
  intact: boolean;
  events: number;
  sha256: string;
  key_id: string;
  /** False when the key was taken from the export itself. */
  trusted_key: boolean;
  problems: string[];
}

interface Parts {
  /** All bytes that were hashed. */
  signed: Buffer;
  sha256: string;
  keyId: string;
  signature: string;
  events: number;
  ownKeys: { key_id: string; public_key: string }[];
}

const jsonEnd = Buffer.from(',\n"sha256":"');

/** Checks the hash and the Ed25519 signature of an audit export, JSON or CSV. Throws INVALID_INPUT for another file. */
export function checkAuditExport(bytes: Buffer, pem: string | null): ExportCheck {
  const parts = bytes[0] === 0x7b ? jsonParts(bytes) : csvParts(bytes);
  const { sha256, keyId, signature, events } = parts;
  const key = pem === null ? ownKey(parts) : createPublicKey(pem);
  const problems: string[] = [];
  if (createHash('sha256').update(parts.signed).digest('hex') !== sha256)
    problems.push('The content does not hash to what the export says: it was altered.');
  if (key === null) problems.push('The key is not in the export: give it with --key.');
  else {
    if (idOf(key) !== keyId) problems.push(`It was signed with key ${keyId}, not with ${idOf(key)}.`);
    const message = Buffer.from(`stroma audit 1\nexport ${sha256}`);
    if (!verify(null, message, key, Buffer.from(signature, 'base64')))
      problems.push('The signature does not fit.');
  }
  return {
    intact: problems.length === 0,
    events,
    sha256,
    key_id: keyId,
    trusted_key: pem !== null,
    problems,
  };
}

function jsonParts(bytes: Buffer): Parts {
  const at = bytes.lastIndexOf(jsonEnd);
  try {
    const document = JSON.parse(bytes.toString('utf8')) as {
      format: string;
      events: unknown[];
      public_keys: Parts['ownKeys'];
      sha256: string;
      key_id: string;
      signature: string;
    };
    if (document.format !== 'stroma audit export 1' || at < 0) return notOne();
    return {
      signed: bytes.subarray(0, at),
      sha256: document.sha256,
      keyId: document.key_id,
      signature: document.signature,
      events: document.events.length,
      ownKeys: document.public_keys,
    };
  } catch (error) {
    return notOne(error);
  }
}

function csvParts(bytes: Buffer): Parts {
  const at = bytes.lastIndexOf('\r\n# sha256=') + 2;
  const last = /^# sha256=([0-9a-f]{64}) key_id=([0-9a-f]{16}) signature=(\S+)\r\n$/.exec(
    bytes.subarray(at).toString('utf8'),
  );
  if (last === null) return notOne();
  const [, sha256 = '', keyId = '', signature = ''] = last;
  const signed = bytes.subarray(0, at);
  const ids = signed.toString('utf8').match(/^aud_/gm) ?? [];
  return { signed, sha256, keyId, signature, events: ids.length, ownKeys: [] };
}

function ownKey({ keyId, ownKeys }: Parts): KeyObject | null {
  const own = ownKeys.find(({ key_id }) => key_id === keyId);
  return own === undefined ? null : createPublicKey(own.public_key);
}

const idOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

function notOne(cause?: unknown): never {
  throw new StromaError(
    'INVALID_INPUT',
    'Expected an export of the audit record, JSON or CSV, as it was downloaded.',
    {},
    cause === undefined ? undefined : { cause },
  );
}
