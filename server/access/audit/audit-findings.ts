import type { AuditFinding } from '@stroma/contracts';

const kept = 1000;
const listedGap = 100;

/** What verification found, each place named once; the first thousand in full, the rest counted. */
export class AuditFindings {
  readonly items: AuditFinding[] = [];
  readonly #seen = new Set<string>();
  readonly #positions = new Set<number>();
  count = 0;

  add(finding: Pick<AuditFinding, 'kind' | 'explanation'> & Partial<AuditFinding>): void {
    const {
      kind,
      explanation,
      event_id = null,
      position = null,
      last_position = null,
      seal = null,
    } = finding;
    const place = JSON.stringify([kind, event_id, position, seal]);
    if (this.#seen.has(place)) return;
    this.#seen.add(place);
    if (position !== null) this.#positions.add(position);
    this.count += 1;
    if (this.items.length < kept)
      this.items.push({ kind, explanation, event_id, position, last_position, seal });
  }

  /** Positions `first` up to and with `last` are not there. */
  addGap(first: number, last: number): void {
    if (last - first >= listedGap)
      this.add({
        kind: 'link_removed',
        position: first,
        last_position: last,
        explanation: `The rows at positions ${first} to ${last} were removed from the chain.`,
      });
    else
      for (let position = first; position <= last; position += 1)
        this.add({
          kind: 'link_removed',
          position,
          explanation: `The row at position ${position} was removed from the chain.`,
        });
  }

  namesPosition(position: number): boolean {
    return this.#positions.has(position);
  }

  namesBetween(first: number, last: number): boolean {
    for (const position of this.#positions) if (position >= first && position <= last) return true;
    return false;
  }
}
