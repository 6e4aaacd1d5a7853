import type { AuditVerification } from '@stroma/contracts';
import { type AuditSeal, beginning, sealHash, sealReference } from './audit-chain.ts';
import type { AuditFindings } from './audit-findings.ts';
import type { Checkpoint, VerifyingKeys } from './audit-verification.ts';

/**
 * The chain of signed heads. Each seal covers the one before with its signature, so the last signature stands for
 * all; every one is only looked at when something is wrong, to name where.
 */
export class SealCheck {
  readonly #keys: VerifyingKeys;
  readonly #findings: AuditFindings;
  readonly #checkpoints: Map<number, Checkpoint[]>;
  #before: AuditSeal | null = null;
  #beforeSound = true;
  count = 0;
  broken = false;

  constructor(keys: VerifyingKeys, findings: AuditFindings, checkpoints: readonly Checkpoint[]) {
    this.#keys = keys;
    this.#findings = findings;
    this.#checkpoints = Map.groupBy(checkpoints, ({ number }) => number);
    for (const { number, problem } of checkpoints)
      if (problem)
        findings.add({
          kind: 'checkpoint_differs',
          seal: number,
          explanation: `The checkpoint of seal ${number} was altered: ${problem}.`,
        });
  }

  get last(): AuditVerification['last_seal'] {
    const seal = this.#before;
    return seal === null ? null : { number: seal.number, time: seal.time, key_id: seal.keyId };
  }

  /** Whether the seal is what it says it is. */
  take(seal: AuditSeal): boolean {
    const expected = (this.#before?.number ?? 0) + 1;
    const follows = seal.number === expected;
    if (!follows) this.#removed(expected, seal.number - 1);
    const sound = sealHash(seal) === seal.sha256;
    if (!sound) this.#altered(seal, 'its content does not hash to what it says');
    else if (follows && this.#beforeSound) this.#checkPrevious(seal);
    this.#compare(seal);
    this.#before = seal;
    this.#beforeSound = sound;
    this.count += 1;
    return sound;
  }

  end(): void {
    if (this.#before !== null) this.inspect(this.#before);
    const lastNumber = this.#before?.number ?? 0;
    for (const { number, time } of [...this.#checkpoints.values()].flat()) {
      if (number <= lastNumber) continue;
      this.broken = true;
      this.#findings.add({
        kind: 'tail_removed',
        seal: number,
        explanation: `A checkpoint of ${time} knows seal ${number}; the record now ends with seal ${lastNumber}. Everything behind it was removed.`,
      });
    }
  }

  /** Names the seal when its signature does not fit. */
  inspect(seal: AuditSeal): void {
    if (!this.#keys.verify(seal.sha256, seal.signature, seal.keyId))
      this.#altered(seal, 'its signature does not fit, or is of a key that is none of ours');
  }

  #checkPrevious(seal: AuditSeal): void {
    const expected = this.#before === null ? beginning : sealReference(this.#before);
    if (seal.previousSha256 === expected) return;
    this.broken = true;
    const before = this.#before;
    const fits = (each: AuditSeal) => this.#keys.verify(each.sha256, each.signature, each.keyId);
    if (before !== null && !fits(before)) this.#altered(before, 'the seal behind it names another');
    else this.#altered(seal, 'it does not name the seal before it');
  }

  #compare(seal: AuditSeal): void {
    const known = this.#checkpoints.get(seal.number) ?? [];
    const checkpoint = known.find(({ sha256 }) => sha256 !== sealReference(seal));
    if (checkpoint === undefined) return;
    this.broken = true;
    this.#findings.add({
      kind: 'checkpoint_differs',
      seal: seal.number,
      explanation: `Seal ${seal.number} is not the one that the checkpoint of ${checkpoint.time} knows: the record was written anew.`,
    });
  }

  #removed(first: number, last: number): void {
    this.broken = true;
    for (let number = first; number <= Math.min(last, first + 99); number += 1)
      this.#findings.add({
        kind: 'seal_removed',
        seal: number,
        explanation: `Seal ${number} was removed.`,
      });
  }

  #altered(seal: AuditSeal, reason: string): void {
    this.broken = true;
    this.#findings.add({
      kind: 'seal_altered',
      seal: seal.number,
      explanation: `Seal ${seal.number} was altered: ${reason}.`,
    });
  }
}
