import type { PersonExport } from '@stroma/contracts';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import { heldOn } from './persons.store.ts';

const notice =
  'Found by the account. Rows of datasets that name the person, and consents, are found by a request; backups and log files are not searched. Passwords, keys, tokens and what is derived from them are left out.';

/** What is held on a person, for who has a right to know. */
export class Persons {
  readonly #platform: Platform;
  readonly #audit: Audit;

  constructor(platform: Platform, audit: Audit) {
    this.#platform = platform;
    this.#audit = audit;
  }

  /** Throws NOT_FOUND for who is no member here. */
  async export(ctx: Context, userId: string, format: 'json' | 'html'): Promise<PersonExport> {
    const { tenantId, id } = ctx.actor;
    const held =
      (await heldOn(this.#platform, tenantId, userId)) ??
      fail('NOT_FOUND', 'There is no such member.', { user_id: userId });
    await this.#audit.append(ctx, {
      action: 'person.exported',
      object: { kind: 'account', id: userId },
      outcome: 'success',
      after: held,
      details: { format, rows: held.sections.reduce((sum, { rows }) => sum + rows.length, 0) },
    });
    return {
      format: 'stroma person export 1',
      person: held.person,
      exported_at: new Date().toISOString(),
      exported_by: id,
      notice,
      sections: held.sections,
    };
  }
}
