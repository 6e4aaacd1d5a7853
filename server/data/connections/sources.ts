import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceSecrets, SourceSettings } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import { type ConnectionRow, findFile } from './connections.store.ts';
import { openSource } from './kinds/open-source.ts';
import type { OpenSource } from './kinds/source-kind.ts';

const sealing = 'source secrets';

export const sourceFileKey = (tenantId: string, fileId: string): string => `sources/${tenantId}/${fileId}`;

/** Opens sources and closes them again; the one place where their secrets are open. */
export class Sources {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  async seal(id: string, secrets: SourceSecrets): Promise<Pick<ConnectionRow, 'secrets' | 'secretsSet'>> {
    const given = Object.entries(secrets).filter(([, value]) => value !== undefined && value !== '');
    return {
      secrets:
        given.length === 0
          ? null
          : await this.#platform.keys.encryptText(JSON.stringify(Object.fromEntries(given)), sealing, id),
      secretsSet: given.map(([name]) => name as keyof SourceSecrets),
    };
  }

  async secretsOf({ id, secrets }: Pick<ConnectionRow, 'id' | 'secrets'>): Promise<SourceSecrets> {
    if (secrets === null) return {};
    return JSON.parse(await this.#platform.keys.decryptText(secrets, sealing, id)) as SourceSecrets;
  }

  async forget(id: string): Promise<void> {
    await this.#platform.keys.forget(id);
  }

  /** Works with a source; it is closed however the work ends. What it throws says nothing of the secrets. */
  async with<T>(
    ctx: Context,
    { settings, secrets, timeoutMs }: { settings: SourceSettings; secrets: SourceSecrets; timeoutMs: number },
    work: (source: OpenSource) => Promise<T>,
  ): Promise<T> {
    const { outgoing, threads, config, scratchFolder, objects, db } = this.#platform;
    const folder = join(scratchFolder, `source-${randomBytes(8).toString('hex')}`);
    let source: OpenSource | null = null;
    try {
      source = await openSource(settings, secrets, {
        outgoing,
        threads,
        config,
        timeoutMs,
        signal: ctx.signal,
        async scratch() {
          await mkdir(folder, { recursive: true, mode: 0o700 });
          return folder;
        },
        async sentFile(fileId) {
          const file = await findFile(db.sql, ctx, fileId);
          if (file === null) return fail('SOURCE_DATABASE_MISSING', 'There is no such file. Send it again.');
          return await objects.localPath(sourceFileKey(ctx.actor.tenantId, fileId));
        },
      });
      return await work(source);
    } catch (error) {
      throw withoutSecrets(error, secrets);
    } finally {
      await source?.close();
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** A server may repeat in its error what it was sent. */
function withoutSecrets(error: unknown, secrets: SourceSecrets): unknown {
  if (!(error instanceof Error)) return error;
  const hidden = Object.values(secrets).filter((secret) => secret !== undefined && secret.length >= 4);
  const tell = (text: string) => hidden.reduce((told, secret) => told.replaceAll(secret, '…'), text);
  for (
    let each: unknown = error, depth = 0;
    each instanceof Error && depth < 5;
    each = each.cause, depth += 1
  ) {
    each.message = tell(each.message);
    if (each.stack !== undefined) each.stack = tell(each.stack);
  }
  return error;
}
