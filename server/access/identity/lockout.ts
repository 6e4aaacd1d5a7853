import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { acrossTenants } from '../../platform/db/tenant-scope.ts';
import { fail } from '../../platform/failure.ts';
import { signInFailures } from './identity.tables.ts';
import { hashToken } from './secrets.ts';

export interface LockoutRules {
  failures: number;
  windowMinutes: number;
}

const reason = 'guesses are counted before anybody knows whose account it is';
const longestLockMinutes = 24 * 60;

/**
 * Locks what is guessed at: after `failures` wrong guesses within the window nothing is tried any more, for the
 * length of the window the first time and twice as long each time after, up to a day. Subjects are counted alike
 * whether they exist or not, so a lock tells nothing; only their hashes are kept.
 */
export class Lockout {
  readonly #db: Sql;
  readonly #rules: LockoutRules;

  constructor(db: Sql, rules: LockoutRules) {
    this.#db = db;
    this.#rules = rules;
  }

  /** Throws RATE_LIMITED while the subject is locked. */
  async check(subject: string): Promise<void> {
    const [row] = await acrossTenants(reason, async () =>
      this.#db
        .select({ lockedUntil: signInFailures.lockedUntil })
        .from(signInFailures)
        .where(eq(signInFailures.subjectHash, hashToken(subject)))
        .limit(1),
    );
    const leftMs = (row?.lockedUntil?.getTime() ?? 0) - Date.now();
    if (leftMs <= 0) return;
    const seconds = Math.ceil(leftMs / 1000);
    fail('RATE_LIMITED', `Too many attempts to sign in. Try again in ${spoken(seconds)}.`, {
      retry_after_seconds: seconds,
    });
  }

  /** Counts one failure; true when it was the one that locked. */
  async failed(subject: string): Promise<boolean> {
    const { failures, windowMinutes } = this.#rules;
    const table = signInFailures;
    const now = sql`now()`;
    const window = sql`make_interval(mins => ${windowMinutes}::int)`;
    const fresh = sql`${table.since} > ${now} - ${window}`;
    const count = sql`(case when ${fresh} then ${table.failures} else 0 end + 1)`;
    const locks = sql`(${count} >= ${failures}::int)`;
    const minutes = sql`least(${longestLockMinutes}::numeric, ${windowMinutes}::int * power(2, least(${table.locks}, 20)))::int`;
    const statement = this.#db
      .insert(table)
      .values({
        subjectHash: hashToken(subject),
        failures: failures <= 1 ? 0 : 1,
        since: new Date(),
        locks: failures <= 1 ? 1 : 0,
        lockedUntil: failures <= 1 ? new Date(Date.now() + windowMinutes * 60_000) : null,
      })
      .onConflictDoUpdate({
        target: table.subjectHash,
        set: {
          failures: sql`case when ${locks} then 0 else ${count} end`,
          since: sql`case when ${fresh} and not ${locks} then ${table.since} else ${now} end`,
          locks: sql`${table.locks} + case when ${locks} then 1 else 0 end`,
          lockedUntil: sql`case when ${locks} then ${now} + make_interval(mins => ${minutes}) else ${table.lockedUntil} end`,
        },
      })
      .returning({ failures: table.failures, lockedUntil: table.lockedUntil });
    const [row] = await acrossTenants(reason, async () => statement);
    return row !== undefined && row.failures === 0 && (row.lockedUntil?.getTime() ?? 0) > Date.now();
  }

  async succeeded(subject: string): Promise<void> {
    await acrossTenants(reason, async () =>
      this.#db.delete(signInFailures).where(eq(signInFailures.subjectHash, hashToken(subject))),
    );
  }

  /** Forgets subjects nobody guessed at for a day, which also lets their locks grow from the start again. */
  async sweep(): Promise<void> {
    const dayAgo = new Date(Date.now() - 24 * 3_600_000);
    await this.#db
      .delete(signInFailures)
      .where(
        and(
          lt(signInFailures.since, dayAgo),
          or(isNull(signInFailures.lockedUntil), lt(signInFailures.lockedUntil, dayAgo)),
        ),
      );
  }
}

const spoken = (seconds: number): string =>
  seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
