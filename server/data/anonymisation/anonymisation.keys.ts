import { randomBytes } from 'node:crypto';
import type { Context } from '../../platform/context.ts';
import type { Platform } from '../../platform/platform.ts';
import { findPrivacyKey, insertPrivacyKey } from './anonymisation.store.ts';

const purpose = 'pseudonyms';

/** Keys of pseudonyms and date shifts: made when first needed, sealed by the key store, never given out. */
export class PrivacyKeys {
  readonly #platform: Pick<Platform, 'db' | 'keys'>;

  constructor(platform: Pick<Platform, 'db' | 'keys'>) {
    this.#platform = platform;
  }

  /** 32 bytes. `once` is thrown away with its user: nobody can make the same pseudonyms again. */
  async get(
    ctx: Context,
    datasetId: string,
    whose: 'dataset' | 'organisation' | 'once',
  ): Promise<Uint8Array> {
    if (whose === 'once') return randomBytes(32);
    const scope = whose === 'dataset' ? datasetId : 'organisation';
    // Under the dataset's own context, so that shredding the dataset destroys its pseudonyms' key too.
    const context = whose === 'dataset' ? `${datasetId}/pseudonyms` : `${ctx.actor.tenantId}/pseudonyms`;
    const { db, keys } = this.#platform;
    const known = await findPrivacyKey(db.sql, ctx, scope);
    if (known !== null) return keys.decrypt(Buffer.from(known, 'base64'), purpose, context);
    const sealed = await keys.encrypt(randomBytes(32), purpose, context);
    await insertPrivacyKey(db.sql, ctx, scope, Buffer.from(sealed).toString('base64'));
    const kept = (await findPrivacyKey(db.sql, ctx, scope)) ?? '';
    return keys.decrypt(Buffer.from(kept, 'base64'), purpose, context);
  }
}
