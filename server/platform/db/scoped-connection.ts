import { currentTenant, scopeStatement } from './tenant-scope.ts';

/** Statements about the transaction itself, which must be the next to be sent in it. */
const controlsTransaction = /^\s*(begin|start|commit|end|rollback|abort|savepoint|release)\b/i;
/** After these the connection may again be told what it was before the transaction or savepoint. */
const undoes = /^\s*(rollback|abort)\b/i;

export type Tell = (statement: string) => Promise<unknown>;

/**
 * What one connection was last told about whom it works for; it is told again only where that changes. Nothing is
 * sent for a tenant before the connection has confirmed it: a statement whose scope could not be set fails.
 */
export class ScopedConnection {
  /** Undefined: not known any more. */
  #applied: string | null | undefined = null;

  /** Tells the connection, where it must be, for whom the caller works. */
  async enter(tell: Tell): Promise<void> {
    const wanted = currentTenant();
    if (wanted === this.#applied) return;
    this.#applied = undefined;
    await tell(scopeStatement(wanted));
    this.#applied = wanted;
  }

  /** The setting goes back with a transaction, or to the savepoint, that a failure ends. */
  forget(): void {
    this.#applied = undefined;
  }

  /** One statement in the caller's scope; one at a time. */
  async run<T>(tell: Tell, text: string, statement: () => Promise<T>): Promise<T> {
    try {
      if (!controlsTransaction.test(text)) await this.enter(tell);
      return await statement();
    } catch (error) {
      this.forget();
      throw error;
    } finally {
      if (undoes.test(text)) this.forget();
    }
  }
}

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets one piece of work run after the other, each in its caller's scope. */
export function takeTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  };
}
