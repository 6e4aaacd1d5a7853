import { join } from 'node:path';
import type { ProvenanceGraph } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { Config } from '../config/config.ts';
import type { Context } from '../context.ts';
import type { SealedTables } from '../crypto/sealed-tables.ts';
import type { Database } from '../db/database.ts';
import { fail } from '../failure.ts';
import { newId } from '../ids.ts';
import { chainHash, type DerivationDocument, writeDocument } from './derivation-document.ts';
import {
  type DerivationRow,
  downstream,
  findDerivations,
  insertDerivation,
  latestMakers,
  linksOf,
  oneUser,
  type StoredDerivation,
  startingPoints,
  upstream,
} from './provenance.store.ts';
import { buildGraph, type CheckedDerivation, loneEntity } from './provenance-graph.ts';
import type { Provenance } from './provenance-types.ts';
import { redactDerivations } from './redaction.ts';
import { writeRoCrate } from './ro-crate.ts';
import { openSigner, type Signer } from './signing-key.ts';

/** How far a graph reaches: steps upstream, and derivations in all. */
const bounds = { depth: 64, derivations: 500, downstream: 10_000 };

/**
 * Signed provenance in the relational store. The key is `<STROMA_DATA>/keys/provenance.pem`; processes on several
 * machines share it, or trust each other's (see `openSigner`). Throws CONFIG_INVALID for a key that is none.
 */
export async function openProvenance(
  config: Pick<Config, 'STROMA_DATA' | 'STROMA_PUBLIC_URL'> & {
    STROMA_PROVENANCE_KEY_FILE?: string | undefined;
  },
  database: Database,
  sealed: SealedTables,
): Promise<Provenance> {
  const keyFile = config.STROMA_PROVENANCE_KEY_FILE ?? join(config.STROMA_DATA, 'keys', 'provenance.pem');
  const signer = await openSigner(keyFile);
  const documents = sealed.know({ table: 'provenance_derivations', columns: ['document'] });

  async function walk(ctx: Context, id: string) {
    const { tenantId } = ctx.actor;
    const starts = await startingPoints(database.sql, tenantId, id);
    const reached = await upstream(database.sql, tenantId, starts, {
      depth: bounds.depth + 1,
      limit: bounds.derivations + 1,
    });
    const rows = reached
      .filter(({ depth }) => depth <= bounds.depth)
      .slice(0, bounds.derivations)
      .map(({ row }) => row);
    const truncated = rows.length < reached.length;
    return { checked: checkChain(await openedOrMarked(tenantId, rows), truncated, signer), truncated };
  }

  const opened = async (tenantId: string, rows: readonly StoredDerivation[]): Promise<DerivationRow[]> =>
    (await documents.openAll(tenantId, rows, ({ id }) => id)).map((row) => ({
      ...row,
      document: row.document ?? '',
    }));

  /** What was altered so that it does not open stands in its place, as far as the links tell, and is signed by nobody. */
  async function openedOrMarked(
    tenantId: string,
    rows: readonly StoredDerivation[],
  ): Promise<DerivationRow[]> {
    try {
      return await opened(tenantId, rows);
    } catch (error) {
      if (!isBroken(error)) throw error;
    }
    const found: DerivationRow[] = [];
    for (const row of rows)
      try {
        found.push(...(await opened(tenantId, [row])));
      } catch (error) {
        if (!isBroken(error)) throw error;
        const document = unreadable(row, await linksOf(database.sql, tenantId, row.id));
        found.push({ ...row, document: JSON.stringify(document) });
      }
    return found;
  }

  let look: Parameters<Provenance['knowReaders']>[0] = async (_, whole) => whole;

  const graph = async (ctx: Context, id: string) => look(ctx, await whole(ctx, id));

  async function whole(ctx: Context, id: string): Promise<ProvenanceGraph> {
    const { checked, truncated } = await walk(ctx, id);
    if (checked.length > 0) return buildGraph(id, checked, truncated);
    const user = await oneUser(database.sql, ctx.actor.tenantId, id);
    const [using] = user === null ? [] : await opened(ctx.actor.tenantId, [user]);
    const entity = using && readDocument(using).inputs.find((input) => input.id === id);
    return entity ? loneEntity(entity) : fail('NOT_FOUND', `Nothing is recorded about "${id}".`, { id });
  }

  return {
    knowReaders(given) {
      look = given;
    },

    prepare: (tenantId) => documents.prepare(tenantId),

    async record(tx, ctx, derivation) {
      const id = newId('provenance');
      const { tenantId } = ctx.actor;
      const inputIds = derivation.inputs.map((input) => input.id);
      const outputIds = derivation.outputs.map((output) => output.id);
      const makers = await latestMakers(tx, tenantId, inputIds);
      const document = writeDocument(id, ctx, derivation, makers);
      const chainSha256 = chainHash(document);
      const row = {
        id,
        tenantId,
        ...(await documents.seal(tenantId, id, { document })),
        chainSha256,
        signature: signer.sign(chainSha256),
        keyId: signer.keyId,
      };
      await insertDerivation(tx, { row, inputIds, outputIds });
      return id;
    },

    graph,

    async downstream(ctx, entityIds) {
      const { tenantId } = ctx.actor;
      const made = await downstream(database.sql, tenantId, entityIds, bounds.downstream);
      const ids = [...new Set(made.map(({ derivation_id }) => derivation_id))];
      const rows = await opened(tenantId, await findDerivations(database.sql, tenantId, ids));
      const known = new Map(rows.map((row) => [row.id, readDocument(row)]));
      return made.flatMap(({ entity_id, derivation_id }) => {
        const document = known.get(derivation_id);
        if (document === undefined) return [];
        const { kind, parameters, inputs } = document;
        return [{ entity_id, derivation_id, kind, parameters, inputs: inputs.map(({ id }) => ({ id })) }];
      });
    },

    redact: (tx, ctx, ids, redaction) => redactDerivations(tx, ctx, { signer, documents }, ids, redaction),

    async roCrate(ctx, id) {
      return writeRoCrate(await graph(ctx, id), config.STROMA_PUBLIC_URL);
    },
  };
}

const isBroken = (error: unknown): boolean => error instanceof StromaError && error.code === 'SEAL_BROKEN';

function unreadable(
  { id, tenantId, recordedAt }: StoredDerivation,
  links: Awaited<ReturnType<typeof linksOf>>,
): DerivationDocument {
  const time = recordedAt.toISOString();
  const named = (role: 'input' | 'output') =>
    links
      .filter((link) => link.role === role)
      .map(({ entityId }) => ({
        id: entityId,
        kind: 'unreadable',
        label: entityId,
        sha256: null,
        link: null,
      }));
  return {
    format: 'stroma-provenance-1',
    id,
    tenant_id: tenantId,
    request_id: '',
    kind: 'unreadable',
    label: 'What is recorded here was altered and cannot be read',
    parameters: {},
    seed: null,
    software: 'unknown',
    actor: { id: 'unknown', kind: 'system', name: 'unknown' },
    started_at: time,
    ended_at: time,
    inputs: named('input'),
    outputs: named('output'),
  };
}

const readDocument = (row: DerivationRow) => JSON.parse(row.document) as DerivationDocument;

/**
 * A derivation stands when its document hashes and signs to what its row says, the row holds its own document, and
 * the derivation that made each of its inputs is there, unchanged. What lies past a truncated graph is not asked for.
 */
function checkChain(rows: DerivationRow[], truncated: boolean, signer: Signer): CheckedDerivation[] {
  // Of a derivation that words were taken out of, the whole one's hash is believed because the rest is signed with it.
  const present = new Set(rows.map((row) => wholeHash(row, signer)));
  return rows.map((row) => {
    const document = readDocument(row);
    const hasMakers = document.inputs.every(
      ({ made_by_sha256: maker }) => maker == null || truncated || present.has(maker),
    );
    const signatureValid =
      hasMakers &&
      document.id === row.id &&
      document.tenant_id === row.tenantId &&
      wholeHash(row, signer) === row.chainSha256 &&
      signer.verify(chainHash(row.document), row.signature, row.keyId);
    return { document, signatureValid };
  });
}

/** What the document hashed to when it was recorded. */
function wholeHash(row: DerivationRow, signer: Signer): string {
  const hash = chainHash(row.document);
  const { redacted } = readDocument(row);
  return redacted !== undefined && signer.verify(hash, row.signature, row.keyId)
    ? redacted.chain_sha256
    : hash;
}
