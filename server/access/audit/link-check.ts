import { type AuditLink, beginning, type Head, linkHash } from './audit-chain.ts';
import { contentHash } from './audit-content.ts';
import type { AuditFindings } from './audit-findings.ts';
import type { LinkedRow, StoredEvent, VerifyingKeys } from './audit-verification.ts';

/** How many altered rows are compared with each other to see whether they changed places. */
const comparedRows = 500;

/** One tenant's chain, row by row. */
export class LinkCheck {
  readonly #keys: VerifyingKeys;
  readonly #findings: AuditFindings;
  readonly #altered: AuditLink[] = [];
  /** Positions that do not name the one before, though both are whole. */
  readonly #breaks = new Map<number, { before: AuditLink; link: AuditLink }>();
  readonly #wrongHeads: { first: number; head: Head; seal: number }[] = [];
  #before: AuditLink | null = null;
  #beforeWhole = true;
  #lastGoodHead = 0;
  rows = 0;

  constructor(keys: VerifyingKeys, findings: AuditFindings) {
    this.#keys = keys;
    this.#findings = findings;
  }

  take({ link, event }: LinkedRow): void {
    this.rows += 1;
    const expected = (this.#before?.position ?? 0) + 1;
    if (link.position > expected) this.#findings.addGap(expected, link.position - 1);
    this.#checkEvent(link, event);
    const whole = linkHash(link) === link.sha256;
    if (!whole) this.#altered.push(link);
    else if (link.position === expected && this.#beforeWhole) {
      const previous = this.#before?.sha256 ?? beginning;
      if (link.previousSha256 !== previous) this.#break(link);
    }
    this.#before = link;
    this.#beforeWhole = whole;
  }

  takeHead(head: Head, seal: number): void {
    if (this.#before?.position !== head.position) return;
    if (this.#before.sha256 === head.sha256) this.#lastGoodHead = head.position;
    else this.#wrongHeads.push({ first: this.#lastGoodHead + 1, head, seal });
  }

  /** `head` is the last that was signed. */
  end(head: Head | null): void {
    this.#nameAltered();
    this.#nameBreaks();
    const lastPosition = this.#before?.position ?? 0;
    if (head !== null && lastPosition < head.position)
      this.#findings.add({
        kind: 'tail_removed',
        position: lastPosition + 1,
        last_position: head.position,
        explanation: `The rows at positions ${lastPosition + 1} to ${head.position} were removed from the end: their head was signed.`,
      });
    for (const { first, head: wrong, seal } of this.#wrongHeads) {
      if (this.#findings.namesBetween(first, wrong.position)) continue;
      this.#findings.add({
        kind: 'rewritten',
        position: first,
        last_position: wrong.position,
        seal,
        explanation: `The rows at positions ${first} to ${wrong.position} are not those whose head seal ${seal} signed: rows among them were altered, added or removed, and the chain was written anew.`,
      });
      break;
    }
  }

  #checkEvent(link: AuditLink, event: StoredEvent | null): void {
    const { position, eventId } = link;
    if (event === null) {
      this.#findings.add({
        kind: 'event_removed',
        event_id: eventId,
        position,
        explanation: `The event ${eventId} at position ${position} was removed.`,
      });
      return;
    }
    const sha256 = contentHash(event);
    const mac = this.#keys.mac(sha256, event.keyId);
    if (sha256 === link.eventSha256 && sha256 === event.contentSha256 && mac === event.mac) return;
    this.#findings.add({
      kind: 'event_altered',
      event_id: eventId,
      position,
      explanation: `The event ${eventId} at position ${position} was altered.`,
    });
  }

  #break(link: AuditLink): void {
    const before = this.#before;
    if (before === null) this.#name(link, 'it does not begin the chain');
    else this.#breaks.set(link.position, { before, link });
  }

  /** Two rows that changed places each fit where the other stands. */
  #nameAltered(): void {
    const compared = this.#altered.slice(0, comparedRows);
    for (const link of this.#altered) {
      const home = compared.find(
        (other) =>
          other !== link &&
          (linkHash({ ...link, position: other.position }) === link.sha256 ||
            linkHash({ ...link, eventId: other.eventId, eventSha256: other.eventSha256 }) === link.sha256),
      );
      if (home === undefined) this.#name(link, 'its content does not hash to what it says');
      else
        this.#findings.add({
          kind: 'link_reordered',
          event_id: link.eventId,
          position: link.position,
          explanation: `The row at position ${link.position} was reordered: it changed places with the one at position ${home.position}.`,
        });
    }
  }

  /** A row that fits neither neighbour is the altered one; a single misfit is the fault of the row before it. */
  #nameBreaks(): void {
    for (const [position, { before, link }] of this.#breaks) {
      if (this.#findings.namesPosition(position) || this.#findings.namesPosition(position - 1)) continue;
      const isLast = this.#before?.position === position;
      const headWrong = this.#wrongHeads.some(({ head }) => head.position === position);
      if (this.#breaks.has(position + 1) || (isLast && headWrong))
        this.#name(link, 'it does not follow from the row before it');
      else this.#name(before, 'the row behind it follows from another');
    }
  }

  #name(link: AuditLink, reason: string): void {
    this.#findings.add({
      kind: 'link_altered',
      event_id: link.eventId,
      position: link.position,
      explanation: `The row at position ${link.position} was altered: ${reason}.`,
    });
  }
}
