import { Client, Pool, type PoolConfig } from 'pg';
import { type InTurn, ScopedConnection, takeTurns } from './scoped-connection.ts';

type Send = (...given: unknown[]) => Promise<unknown>;

/** A connection whose every statement runs in the scope of who calls. Promises only, no callbacks. */
class ScopedClient extends Client {
  readonly #connection = new ScopedConnection();
  readonly #inTurn: InTurn = takeTurns();

  override query: Client['query'] = ((...given: unknown[]) => {
    const send: Send = (...all) => (Client.prototype.query as Send).apply(this, all);
    const [first] = given;
    const text = typeof first === 'string' ? first : ((first as { text?: string }).text ?? '');
    return this.#inTurn(() => this.#connection.run(send, text, () => send(...given)));
  }) as Client['query'];
}

/**
 * Connections that are each told for whom they work. The pool itself hands a connection over in the scope of whoever
 * gave it back, so that a statement is sent only after the wait, in the scope of who asked.
 */
export class ScopedPool extends Pool {
  constructor(config: PoolConfig) {
    super({ ...config, Client: ScopedClient } as PoolConfig);
  }

  override query: Pool['query'] = (async (...given: unknown[]) => {
    const client = await this.connect();
    let failure: Error | undefined;
    try {
      return await (client.query as unknown as Send)(...given);
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      // A script may have failed inside its own transaction: such a connection is not used again.
      client.release(failure);
    }
  }) as Pool['query'];
}
