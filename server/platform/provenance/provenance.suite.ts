import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { provenanceGraph } from '@stroma/contracts';
import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyCodePoint } from '../any-text.suite.ts';
import type { Context } from '../context.ts';
import { SealedTables } from '../crypto/sealed-tables.ts';
import { openTestKeys } from '../crypto/test-keys.suite.ts';
import type { Database } from '../db/database.ts';
import { newId } from '../ids.ts';
import { actorOfRole } from '../system-actor.ts';
import { provenanceDerivations } from './provenance.tables.ts';
import { openProvenance } from './provenance.ts';
import type { Derivation, EntityReference, Provenance } from './provenance-types.ts';

/** What provenance is, on any store. `open` may use the folder it is given. */
export function describeProvenance(name: string, open: (folder: string) => Promise<Database>): void {
  describe(`provenance: ${name}`, () => {
    let folder: string;
    let database: Database;
    let provenance: Provenance;
    let sealed: () => SealedTables;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'stroma-provenance-'));
      const config = { STROMA_DATA: folder, STROMA_PUBLIC_URL: undefined };
      const opened = await openTestKeys(await open(folder), folder);
      database = opened.db;
      sealed = () => new SealedTables(opened.keys, database);
      provenance = await openProvenance(config, database, sealed());
    });
    afterAll(async () => {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    });

    function contextOf(tenantId = newId('tenant')): Context {
      return {
        actor: actorOfRole({ id: newId('user'), name: 'Ada', role: 'analyst', tenantId }),
        requestId: newId('request'),
        log: pino({ level: 'silent' }),
        signal: new AbortController().signal,
      };
    }

    const entity = (kind: EntityReference['kind'], label: string): EntityReference => ({
      id: newId(kind === 'raw_file' ? 'upload' : kind === 'answer' ? 'query' : 'version'),
      kind,
      label,
      sha256: Buffer.from(label.padEnd(32).slice(0, 32)).toString('hex'),
      link: `/api/v1/things/${label}`,
    });

    const derivation = (over: Partial<Derivation>): Derivation => ({
      kind: 'ingest',
      label: 'Read a file',
      parameters: { delimiter: ';' },
      seed: null,
      software: 'stroma 0.1.0, duckdb 1.5.5',
      startedAt: new Date('2026-01-01T00:00:00.000Z'),
      endedAt: new Date('2026-01-01T00:00:01.500Z'),
      inputs: [],
      outputs: [],
      ...over,
    });

    const record = (ctx: Context, over: Partial<Derivation>) =>
      database.transaction((tx) => provenance.record(tx, ctx, derivation(over)));

    /** A raw file read into a version, and a question answered from it. */
    async function recordChain(ctx: Context) {
      const raw = entity('raw_file', 'cells.csv');
      const version = entity('dataset_version', 'cells');
      const answer = entity('answer', 'average area');
      const ingest = await record(ctx, { inputs: [raw], outputs: [version] });
      const question = await record(ctx, {
        kind: 'question',
        label: 'average area by treatment',
        parameters: { sql: 'select 1', limits: { rows: 10 } },
        seed: 7,
        inputs: [version],
        outputs: [answer],
      });
      return { raw, version, answer, ingest, question };
    }

    describe('provenance', () => {
      it('leads from an answer back to the raw file, with who, what, when and how', async () => {
        const ctx = contextOf();
        const { raw, version, answer, ingest, question } = await recordChain(ctx);
        const graph = await provenance.graph(ctx, answer.id);
        expect(provenanceGraph.parse(graph)).toEqual(graph);
        expect(graph.root).toBe(answer.id);
        expect(graph.nodes.map((node) => node.id).sort()).toEqual(
          [
            raw.id,
            version.id,
            answer.id,
            ingest,
            question,
            ctx.actor.id,
            'software:stroma 0.1.0, duckdb 1.5.5',
          ].sort(),
        );
        expect(graph.nodes.find((node) => node.id === question)).toMatchObject({
          type: 'activity',
          kind: 'question',
          parameters: { sql: 'select 1', limits: { rows: 10 } },
          seed: 7,
          software: 'stroma 0.1.0, duckdb 1.5.5',
          started_at: '2026-01-01T00:00:00.000Z',
          ended_at: '2026-01-01T00:00:01.500Z',
          signature_valid: true,
        });
        expect(graph.nodes.find((node) => node.id === raw.id)).toMatchObject({
          type: 'entity',
          kind: 'raw_file',
          content_sha256: raw.sha256,
          link: raw.link,
        });
        expect(graph.edges).toEqual(
          expect.arrayContaining([
            { from: answer.id, to: question, relation: 'was_generated_by' },
            { from: question, to: version.id, relation: 'used' },
            { from: answer.id, to: version.id, relation: 'was_derived_from' },
            { from: version.id, to: ingest, relation: 'was_generated_by' },
            { from: ingest, to: raw.id, relation: 'used' },
            { from: question, to: ctx.actor.id, relation: 'was_associated_with' },
          ]),
        );
        const ids = new Set(graph.nodes.map((node) => node.id));
        for (const { from, to } of graph.edges) expect(ids.has(from) && ids.has(to)).toBe(true);
      });

      it('answers for a derivation, an entity it made, and an entity that was only used', async () => {
        const ctx = contextOf();
        const { raw, version, ingest, question } = await recordChain(ctx);
        expect((await provenance.graph(ctx, ingest)).nodes.map((node) => node.id)).not.toContain(question);
        expect((await provenance.graph(ctx, version.id)).root).toBe(version.id);
        const lone = await provenance.graph(ctx, raw.id);
        expect(lone.nodes).toMatchObject([{ id: raw.id, label: 'cells.csv', content_sha256: raw.sha256 }]);
      });

      it('says nothing of another tenant, and nothing of what was never recorded', async () => {
        const { raw, answer, ingest } = await recordChain(contextOf());
        const stranger = contextOf();
        for (const id of [raw.id, answer.id, ingest, newId('version')])
          await expect(provenance.graph(stranger, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      });

      it('does not lead into another tenant through a shared id', async () => {
        const shared = entity('dataset_version', 'shared');
        await record(contextOf(), { inputs: [entity('raw_file', 'secret.csv')], outputs: [shared] });
        const ctx = contextOf();
        const answer = entity('answer', 'mine');
        await record(ctx, { inputs: [shared], outputs: [answer] });
        const graph = await provenance.graph(ctx, answer.id);
        expect(graph.nodes.map((node) => node.label)).not.toContain('secret.csv');
      });

      it('is gone with the transaction it was written in', async () => {
        const ctx = contextOf();
        let id = '';
        await expect(
          database.transaction(async (tx) => {
            id = await provenance.record(tx, ctx, derivation({ outputs: [entity('dataset_version', 'x')] }));
            throw new Error('rolled back');
          }),
        ).rejects.toThrow('rolled back');
        await expect(provenance.graph(ctx, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      });

      it('keeps parameters exactly as they were used, whatever they hold', async () => {
        const ctx = contextOf();
        await fc.assert(
          fc.asyncProperty(
            fc.dictionary(fc.string({ unit: anyCodePoint }), fc.jsonValue(), { maxKeys: 6 }),
            async (parameters) => {
              const id = await record(ctx, { parameters: { ...parameters, nul: 'a\0b', half: '\ud800' } });
              const node = (await provenance.graph(ctx, id)).nodes.find((each) => each.id === id);
              expect(node?.parameters).toEqual(
                JSON.parse(JSON.stringify({ ...parameters, nul: 'a\0b', half: '\ud800' })),
              );
              expect(node?.signature_valid).toBe(true);
            },
          ),
          { numRuns: 40 },
        );
      });

      it('follows a long chain to its bound and says that there is more', async () => {
        const ctx = contextOf();
        let last = entity('dataset_version', 'v0');
        for (let step = 1; step <= 70; step++) {
          const next = entity('dataset_version', `v${step}`);
          await record(ctx, { inputs: [last], outputs: [next] });
          last = next;
        }
        const graph = await provenance.graph(ctx, last.id);
        expect(graph.truncated).toBe(true);
        expect(graph.nodes.filter((node) => node.type === 'activity')).toHaveLength(65);
        expect(graph.nodes.every((node) => node.signature_valid !== false)).toBe(true);
      });

      it('shows each thing once where ways part and meet again, or lead in a circle', async () => {
        const ctx = contextOf();
        const [raw, left, right, joined] = ['raw', 'left', 'right', 'joined'].map((label) =>
          entity('dataset_version', label),
        ) as [EntityReference, EntityReference, EntityReference, EntityReference];
        await record(ctx, { inputs: [raw], outputs: [left, right] });
        await record(ctx, { inputs: [left, right, left], outputs: [joined] });
        await record(ctx, { inputs: [joined], outputs: [raw] });
        const { nodes, truncated } = await provenance.graph(ctx, joined.id);
        expect(new Set(nodes.map((node) => node.id)).size).toBe(nodes.length);
        expect(nodes.filter((node) => node.type === 'activity')).toHaveLength(3);
        expect(truncated).toBe(false);
      });
    });

    describe('the signed chain', () => {
      const validity = async (ctx: Context, id: string) =>
        Object.fromEntries(
          (await provenance.graph(ctx, id)).nodes
            .filter((node) => node.type === 'activity')
            .map((node) => [node.id, node.signature_valid]),
        );
      const documents = () => sealed().know({ table: 'provenance_derivations', columns: ['document'] });
      const documentOf = async (id: string) => {
        const [row] = await database.sql
          .select()
          .from(provenanceDerivations)
          .where(eq(provenanceDerivations.id, id));
        if (!row) throw new Error(`${id} is not there`);
        const { document } = await documents().open(row.tenantId, id, row);
        return { ...row, document: document ?? '' };
      };

      it('shows a changed word of a document', async () => {
        const ctx = contextOf();
        const { answer, ingest, question } = await recordChain(ctx);
        const { document } = await documentOf(question);
        await database.sql
          .update(provenanceDerivations)
          .set({ document: document.replace('average', 'maximum'), sealed: null })
          .where(eq(provenanceDerivations.id, question));
        expect(await validity(ctx, answer.id)).toEqual({ [ingest]: true, [question]: false });
      });

      it('shows a changed document whose hash was made to fit', async () => {
        const ctx = contextOf();
        const { answer, ingest, question } = await recordChain(ctx);
        const { document } = await documentOf(ingest);
        await database.sql.execute(sql`
      update provenance_derivations
      set sealed = null, document = ${document.replace('cells.csv', 'other.csv')},
          chain_sha256 = encode(sha256(convert_to(${document.replace('cells.csv', 'other.csv')}, 'UTF8')), 'hex')
      where id = ${ingest}`);
        expect(await validity(ctx, answer.id)).toEqual({ [ingest]: false, [question]: false });
      });

      it('shows a derivation whose row was put in the place of another', async () => {
        const ctx = contextOf();
        const { answer, question, ingest } = await recordChain(ctx);
        const { document, sealed: value, chainSha256, signature } = await documentOf(ingest);
        for (const put of [
          { document: null, sealed: value },
          { document, sealed: null },
        ]) {
          await database.sql
            .update(provenanceDerivations)
            .set({ ...put, chainSha256, signature })
            .where(eq(provenanceDerivations.id, question));
          const graph = await provenance.graph(ctx, answer.id);
          expect(graph.nodes.some((node) => node.signature_valid === false)).toBe(true);
        }
      });

      it('shows that the derivation which made an input was taken out', async () => {
        const ctx = contextOf();
        const { answer, question, ingest } = await recordChain(ctx);
        await database.sql.execute(sql`delete from provenance_links where derivation_id = ${ingest}`);
        await database.sql.execute(sql`delete from provenance_derivations where id = ${ingest}`);
        expect(await validity(ctx, answer.id)).toEqual({ [question]: false });
      });

      it('keeps its key to itself, makes it once, and finds it again', async () => {
        const path = join(folder, 'keys', 'provenance.pem');
        expect((await stat(path)).mode & 0o777).toBe(0o600);
        expect(await readdir(join(folder, 'keys'))).toEqual(['master.json', 'provenance.pem']);
        const ctx = contextOf();
        const { answer } = await recordChain(ctx);
        const later = await openProvenance(
          { STROMA_DATA: folder, STROMA_PUBLIC_URL: undefined },
          database,
          sealed(),
        );
        const graph = await later.graph(ctx, answer.id);
        expect(graph.nodes.every((node) => node.signature_valid !== false)).toBe(true);
      });

      it('is one key for processes that start together', async () => {
        const fresh = await mkdtemp(join(folder, 'race-'));
        const opened = await Promise.all(
          Array.from({ length: 8 }, () =>
            openProvenance({ STROMA_DATA: fresh, STROMA_PUBLIC_URL: undefined }, database, sealed()),
          ),
        );
        const ctx = contextOf();
        const outputs = [entity('dataset_version', 'x')];
        const ids = await Promise.all(
          opened.map((each) => database.transaction((tx) => each.record(tx, ctx, derivation({ outputs })))),
        );
        for (const id of ids)
          expect((await opened[0]?.graph(ctx, id))?.nodes.some((n) => n.signature_valid === false)).toBe(
            false,
          );
      });

      it('does not believe a key it was not told to trust, and believes an earlier one it was', async () => {
        const ctx = contextOf();
        const { answer } = await recordChain(ctx);
        const other = await mkdtemp(join(folder, 'other-'));
        const config = { STROMA_DATA: other, STROMA_PUBLIC_URL: undefined };
        const stranger = await (await openProvenance(config, database, sealed())).graph(ctx, answer.id);
        expect(stranger.nodes.filter((n) => n.type === 'activity').map((n) => n.signature_valid)).toEqual([
          false,
          false,
        ]);
        await mkdir(join(other, 'keys', 'trusted'));
        await promisify(execFile)('cp', [
          join(folder, 'keys', 'provenance.pem'),
          join(other, 'keys', 'trusted', 'old.pem'),
        ]);
        const heir = await (await openProvenance(config, database, sealed())).graph(ctx, answer.id);
        expect(heir.nodes.filter((n) => n.type === 'activity').map((n) => n.signature_valid)).toEqual([
          true,
          true,
        ]);
      });

      it('does not start on a key file that holds no Ed25519 key', async () => {
        const path = join(await mkdtemp(join(folder, 'bad-')), 'key.pem');
        await writeFile(path, 'not a key');
        const config = {
          STROMA_DATA: folder,
          STROMA_PUBLIC_URL: undefined,
          STROMA_PROVENANCE_KEY_FILE: path,
        };
        await expect(openProvenance(config, database, sealed())).rejects.toMatchObject({
          code: 'CONFIG_INVALID',
        });
        await rename(path, `${path}.old`);
        await openProvenance(config, database, sealed());
      });
    });
  });
}
