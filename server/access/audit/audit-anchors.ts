import { X509Certificate } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { AuditCheckpoint } from '@stroma/contracts';
import { z } from 'zod';
import type { Config } from '../../platform/config/config.ts';
import type { Context } from '../../platform/context.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import { lastSeal } from './audit.store.ts';
import { sealReference } from './audit-chain.ts';
import type { Checkpoint } from './audit-verification.ts';
import type { OpenAudit } from './open-audit.ts';
import type { TimeStampAuthority } from './time-stamp.ts';

const prefix = 'audit/checkpoints/';
/** Objects read when the record is verified: three weeks of hourly checkpoints. */
const objectsRead = 500;

const keptCheckpoint = z.object({
  format: z.literal('stroma audit checkpoint 1'),
  number: z.int().positive(),
  sha256: z.string(),
  time: z.string(),
  key_id: z.string(),
  signature: z.string().describe('Over `checkpoint <number> <sha256>`, by the same key'),
  time_stamp_token: z.string().nullable().describe('RFC 3161, DER in base64'),
});
type KeptCheckpoint = z.infer<typeof keptCheckpoint>;

export interface AuditAnchors {
  /** Keeps the last seal outside the store. Throws CONFLICT when there is none yet, TIME_STAMP_UNAVAILABLE. */
  keep(ctx: Context): Promise<AuditCheckpoint>;
  /** Everything that is kept outside, for verification. */
  outside(): Promise<Checkpoint[]>;
  /** Newest first. */
  list(limit: number, before?: number): Promise<AuditCheckpoint[]>;
}

/** What reads and writes time-stamps brings all of ASN.1: it is loaded where there is an authority. */
type Authority = TimeStampAuthority &
  Pick<typeof import('./time-stamp.ts'), 'requestTimeStamp' | 'verifyTimeStamp'>;

type AnchorConfig = Pick<
  Config,
  'STROMA_DATA' | 'STROMA_AUDIT_ANCHOR_FILE' | 'STROMA_AUDIT_TSA_URL' | 'STROMA_AUDIT_TSA_CERTIFICATE'
>;

/**
 * Checkpoints of the last signed head in a file (best on another disk: STROMA_AUDIT_ANCHOR_FILE), in the object
 * store, and, where one is set, under the time of a time-stamp authority. Who cuts off the end of the record must
 * change these places too. Throws CONFIG_INVALID.
 */
export async function openAuditAnchors(
  platform: Pick<Platform, 'db' | 'objects' | 'log'> & { config: AnchorConfig },
  audit: OpenAudit,
): Promise<AuditAnchors> {
  const { config, db, objects, log } = platform;
  const file = config.STROMA_AUDIT_ANCHOR_FILE ?? join(config.STROMA_DATA, 'audit-checkpoints.jsonl');
  const authority = await readAuthority(config);
  const message = (of: { number: number; sha256: string }) => `checkpoint ${of.number} ${of.sha256}`;

  const read = (text: string, place: string): KeptCheckpoint[] => {
    const parsed = keptCheckpoint.safeParse(parseJson(text));
    if (parsed.success) return [parsed.data];
    log.error({ place }, 'a checkpoint of the audit record cannot be read');
    return [];
  };

  const inFile = async (): Promise<KeptCheckpoint[]> => {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return text.split('\n').flatMap((line) => (line === '' ? [] : read(line, file)));
  };

  const inObjects = async (): Promise<KeptCheckpoint[]> => {
    const keys: string[] = [];
    for await (const key of objects.list(prefix)) keys.push(key);
    const recent = keys.sort().slice(-objectsRead);
    const contents = await Promise.all(
      recent.map(async (key) => read((await buffer(await objects.get(key))).toString('utf8'), key)),
    );
    return contents.flat();
  };

  const all = async () => {
    const [fromFile, fromObjects] = await Promise.all([inFile(), inObjects()]);
    return { fromFile, fromObjects };
  };

  return {
    async keep(ctx) {
      await audit.sealNow();
      const seal = await acrossTenants('seals belong to no tenant', () => lastSeal(db.sql));
      if (seal === null) return fail('CONFLICT', 'There is nothing on record yet.');
      const sha256 = sealReference(seal);
      const stamp = authority === null ? null : await authority.requestTimeStamp(authority, sha256);
      const { number, time, keyId } = seal;
      const checkpoint: KeptCheckpoint = {
        format: 'stroma audit checkpoint 1',
        number,
        sha256,
        time,
        key_id: audit.keys.keyId,
        signature: audit.keys.sign(message({ number, sha256 })),
        time_stamp_token: stamp?.token ?? null,
      };
      const text = JSON.stringify(checkpoint);
      await appendLine(file, text);
      await objects.put(`${prefix}${String(number).padStart(15, '0')}.json`, Buffer.from(text));
      await audit.append(ctx, {
        action: 'audit.anchored',
        object: null,
        outcome: 'success',
        details: { seal: number, sha256, time_stamp: stamp?.time.toISOString() ?? null },
      });
      return {
        number,
        time,
        sha256,
        key_id: keyId,
        kept_in: ['file', 'object_store', ...(stamp === null ? [] : (['time_stamp'] as const))],
        time_stamp: stamp?.time.toISOString() ?? null,
      };
    },

    async outside() {
      const { fromFile, fromObjects } = await all();
      return [...fromFile, ...fromObjects].map((each) => ({
        number: each.number,
        sha256: each.sha256,
        time: each.time,
        problem: audit.keys.verify(message(each), each.signature, each.key_id)
          ? stampProblem(each, authority)
          : 'its signature does not fit',
      }));
    },

    async list(limit, before = Number.POSITIVE_INFINITY) {
      const { fromFile, fromObjects } = await all();
      const found = new Map<number, AuditCheckpoint>();
      const add = (kept: KeptCheckpoint, place: 'file' | 'object_store') => {
        const known = found.get(kept.number);
        if (known !== undefined) {
          if (!known.kept_in.includes(place)) known.kept_in.push(place);
          return;
        }
        const stamp = stampTime(kept, authority);
        found.set(kept.number, {
          number: kept.number,
          time: kept.time,
          sha256: kept.sha256,
          key_id: kept.key_id,
          kept_in: [place, ...(stamp === null ? [] : (['time_stamp'] as const))],
          time_stamp: stamp,
        });
      };
      const wanted = (kept: KeptCheckpoint[]) =>
        kept
          .filter(({ number }) => number < before)
          .sort((a, b) => b.number - a.number)
          .slice(0, limit);
      for (const kept of wanted(fromFile)) add(kept, 'file');
      for (const kept of wanted(fromObjects)) add(kept, 'object_store');
      return [...found.values()].sort((a, b) => b.number - a.number).slice(0, limit);
    },
  };
}

async function readAuthority(config: AnchorConfig): Promise<Authority | null> {
  const { STROMA_AUDIT_TSA_URL: url, STROMA_AUDIT_TSA_CERTIFICATE: path } = config;
  if (url === undefined) return null;
  if (path === undefined)
    return fail(
      'CONFIG_INVALID',
      'Expected STROMA_AUDIT_TSA_CERTIFICATE, the file with the certificate (PEM) of the time-stamp authority at STROMA_AUDIT_TSA_URL: without it anybody’s time-stamp would be believed.',
    );
  try {
    const pem = await readFile(path, 'utf8');
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (blocks.length === 0) throw new Error('no certificate in it');
    const { requestTimeStamp, verifyTimeStamp } = await import('./time-stamp.ts');
    const trusted = blocks.map((block) => new X509Certificate(block));
    return { url, trusted, requestTimeStamp, verifyTimeStamp };
  } catch (error) {
    return fail('CONFIG_INVALID', `Expected certificates in PEM form in ${path}.`, { file: path }, error);
  }
}

function stampTime(kept: KeptCheckpoint, authority: Authority | null): string | null {
  if (kept.time_stamp_token === null || authority === null) return null;
  try {
    return authority.verifyTimeStamp(kept.time_stamp_token, kept.sha256, authority.trusted).toISOString();
  } catch {
    // Told by verification, as a finding.
    return null;
  }
}

function stampProblem(kept: KeptCheckpoint, authority: Authority | null): string | null {
  if (kept.time_stamp_token === null || authority === null) return null;
  return stampTime(kept, authority) === null ? 'its time-stamp does not verify' : null;
}

/** Whole lines, on disk when this resolves. */
async function appendLine(path: string, line: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, 'a', 0o600);
  try {
    await handle.appendFile(`${line}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
