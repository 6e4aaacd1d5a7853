/** Bytes in the pieces they came in, taken out by number without copying them together. */
export class PieceQueue {
  #pieces: Uint8Array[] = [];
  #first = 0;
  bytes = 0;

  push(piece: Uint8Array): void {
    if (piece.byteLength === 0) return;
    this.#pieces.push(piece);
    this.bytes += piece.byteLength;
  }

  /** The next `count` bytes as views; there must be as many. */
  take(count: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let missing = count;
    while (missing > 0) {
      const piece = this.#pieces[this.#first];
      if (piece === undefined) throw new Error(`${missing} of ${count} bytes are not there`);
      if (piece.byteLength <= missing) {
        taken.push(piece);
        this.#first += 1;
        missing -= piece.byteLength;
      } else {
        taken.push(piece.subarray(0, missing));
        this.#pieces[this.#first] = piece.subarray(missing);
        missing = 0;
      }
    }
    if (this.#first > 64 || this.#first === this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#first);
      this.#first = 0;
    }
    this.bytes -= count;
    return taken;
  }

  /** The same as one buffer. */
  takeWhole(count: number): Buffer {
    return Buffer.concat(this.take(count), count);
  }
}
