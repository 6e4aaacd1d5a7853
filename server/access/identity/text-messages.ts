import { fail } from '../../platform/failure.ts';

/** Whoever carries text messages. */
export interface TextMessages {
  /** `to` is a number in E.164 form. Throws SMS_UNAVAILABLE when it was not taken. */
  send(message: { to: string; text: string }): Promise<void>;
}

const answersWithinMs = 10_000;

/** A provider, or a gateway in front of one, that takes `{ to, text }` as JSON by POST and answers 2xx. */
export function httpTextMessages(url: string, token: string | undefined): TextMessages {
  return {
    async send({ to, text }) {
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          },
          body: JSON.stringify({ to, text }),
          redirect: 'error',
          signal: AbortSignal.timeout(answersWithinMs),
        });
        await response.body?.cancel();
        if (!response.ok) throw new Error(`The provider of text messages answered ${response.status}.`);
      } catch (error) {
        fail(
          'SMS_UNAVAILABLE',
          'The text message could not be handed over. Use another second factor or try again later.',
          {},
          error,
        );
      }
    },
  };
}
