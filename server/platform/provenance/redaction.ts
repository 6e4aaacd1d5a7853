import type { Context } from '../context.ts';
import type { SealedTable } from '../crypto/sealed-table.ts';
import type { Sql } from '../db/database.ts';
import { canonicalJson } from './canonical-json.ts';
import { chainHash, type DerivationDocument } from './derivation-document.ts';
import { findDerivations, replaceDocument } from './provenance.store.ts';
import type { Redaction } from './provenance-types.ts';
import type { Signer } from './signing-key.ts';

const batch = 100;

/** See `Provenance.redact`. Derivations in which nothing is replaced stay as they are. */
export async function redactDerivations(
  tx: Sql,
  ctx: Context,
  { signer, documents }: { signer: Signer; documents: SealedTable<'document'> },
  ids: readonly string[],
  { erasure_id, replace }: Redaction,
): Promise<number> {
  const { tenantId } = ctx.actor;
  const at = new Date().toISOString();
  let changed = 0;
  for (let from = 0; from < ids.length; from += batch) {
    const found = await findDerivations(tx, tenantId, ids.slice(from, from + batch));
    for (const row of await documents.openAll(tenantId, found, ({ id }) => id)) {
      if (row.document === null) continue;
      const before = JSON.parse(row.document) as DerivationDocument;
      const after = replaced(before, replace) as DerivationDocument;
      if (canonicalJson(after) === row.document) continue;
      const document = canonicalJson({
        ...after,
        redacted: { erasure_id, at, chain_sha256: row.chainSha256 },
      });
      await replaceDocument(tx, {
        id: row.id,
        tenantId,
        ...(await documents.seal(tenantId, row.id, { document })),
        signature: signer.sign(chainHash(document)),
        keyId: signer.keyId,
      });
      changed += 1;
    }
  }
  return changed;
}

function replaced(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((each) => replaced(each, replace));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [replace(key), replaced(each, replace)]),
  );
}
