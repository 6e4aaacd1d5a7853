import { createHmac, randomBytes } from 'node:crypto';
import type { Delivery } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { Access } from '../../access/index.ts';
import { fail } from '../../platform/failure.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SharingPolicies } from '../shares/sharing-policy.ts';

export interface WebhookCall {
  url: string;
  secret: string;
  /** `dashboard.delivered`, `dashboard.alert`. */
  event: string;
  /** Equal for every try of one delivery. */
  id: string;
  contentType: string;
  body: Uint8Array<ArrayBuffer>;
  fileName?: string;
}

export const makeWebhookSecret = (): string => `whs_${randomBytes(32).toString('base64url')}`;

/** `sha256=` and the HMAC-SHA-256, hex, of `timestamp.body`. */
export function signWebhook(secret: string, timestamp: number, body: Uint8Array): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}

/** What leaves by mail and webhook, of schedules and alerts alike. */
export class Deliveries {
  readonly #platform: Pick<Platform, 'mail' | 'outgoing'>;
  readonly #people: Access['people'];
  readonly #policies: SharingPolicies;

  constructor(
    platform: Pick<Platform, 'mail' | 'outgoing'>,
    people: Access['people'],
    policies: SharingPolicies,
  ) {
    this.#platform = platform;
    this.#people = people;
    this.#policies = policies;
  }

  /** Throws INVALID_INPUT for strangers where mail stays inside, OUTGOING_REFUSED for a webhook that may not be called. */
  async requireAllowed(
    tenantId: string,
    { mail, webhook }: Delivery,
    { also = false }: { also?: boolean } = {},
  ): Promise<void> {
    if (mail.length === 0 && webhook === null && !also)
      fail('INVALID_INPUT', 'Expected an address or a webhook to send it to.', { field: 'deliver' });
    const { outside_mail } = await this.#policies.of(tenantId);
    for (const address of mail)
      if (!outside_mail && !(await this.#people.isMember(tenantId, address)))
        fail(
          'INVALID_INPUT',
          `${address} is not of a member with an open account. The sharing policy of the organisation can allow others.`,
          { field: 'deliver.mail' },
        );
    if (webhook !== null) await this.#platform.outgoing.check(webhook);
  }

  /** Of these addresses, those that may still be written to. */
  async allowed(tenantId: string, mail: readonly string[]): Promise<string[]> {
    const { outside_mail } = await this.#policies.of(tenantId);
    const kept: string[] = [];
    for (const address of mail)
      if (outside_mail || (await this.#people.isMember(tenantId, address))) kept.push(address);
    return kept;
  }

  async mail(message: Parameters<Platform['mail']['send']>[0]): Promise<void> {
    await this.#platform.mail.send(message);
  }

  /** The status of the answer. Tried three times while the other side is away or busy. Throws OUTGOING_REFUSED, OUTGOING_FAILED. */
  async webhook(call: WebhookCall, signal: AbortSignal): Promise<number> {
    const policy = retry(
      handleWhen((error) => error instanceof StromaError && error.code === 'OUTGOING_FAILED'),
      { maxAttempts: 2, backoff: new ExponentialBackoff({ initialDelay: 300, maxDelay: 3_000 }) },
    );
    return policy.execute(async () => {
      const timestamp = Math.floor(Date.now() / 1000);
      const answer = await this.#platform.outgoing.fetch(call.url, {
        method: 'POST',
        redirect: 'error',
        headers: {
          'content-type': call.contentType,
          'stroma-event': call.event,
          'stroma-delivery': call.id,
          'stroma-timestamp': String(timestamp),
          'stroma-signature': signWebhook(call.secret, timestamp, call.body),
          ...(call.fileName === undefined
            ? {}
            : { 'stroma-file-name': encodeURIComponent(call.fileName.toWellFormed()) }),
        },
        body: call.body,
        signal,
        maxBytes: 64 * 1024,
        timeoutMs: 15_000,
      });
      if (answer.ok) return answer.status;
      const again = answer.status >= 500 || answer.status === 429;
      return fail(
        again ? 'OUTGOING_FAILED' : 'OUTGOING_REFUSED',
        `The webhook answered with the status ${answer.status}.`,
        { status: answer.status },
      );
    }, signal);
  }
}
