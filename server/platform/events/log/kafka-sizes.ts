import type { Fetched } from './kafka-fetch.ts';

/** Spans are as long as this at least: a topic of a gigabyte has some thousands. */
const spanBytes = 256 * 1024;

interface Span {
  first: number;
  next: number;
  bytes: number;
}

/** Where the bytes of a topic lie, from its oldest event on without a gap. */
export class KafkaSizes {
  #spans: Span[] = [];

  /** Up to where it is known; `first` where nothing is. */
  next(first: number): number {
    return this.#spans.at(-1)?.next ?? first;
  }

  /** What begins where the last one ended. */
  add({ first, next, bytes }: Pick<Fetched, 'first' | 'next' | 'bytes'>): void {
    const last = this.#spans.at(-1);
    if (last !== undefined && last.bytes + bytes <= spanBytes) {
      last.next = next;
      last.bytes += bytes;
    } else this.#spans.push({ first, next, bytes });
  }

  letGo(before: number): void {
    this.#spans = this.#spans.filter(({ next }) => next > before);
  }

  /** The first offset from which on what is known is no more than `most` bytes; null where all of it is. */
  firstWithin(most: number): number | null {
    let bytes = 0;
    for (const span of this.#spans.toReversed()) {
      bytes += span.bytes;
      if (bytes > most) return span.next;
    }
    return null;
  }
}
