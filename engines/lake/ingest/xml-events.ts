import { StromaError } from '@stroma/kernel';

export interface XmlHandler {
  /** `attributes` is the raw text behind the name; read one with `attribute`. */
  open?(name: string, attributes: string): void;
  close?(name: string): void;
  text?(text: string): void;
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

export function decodeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-z]{2,4});/g, (whole, name: string) => {
    if (name[0] !== '#') return entities[name] ?? whole;
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10ffff && code > 0 ? String.fromCodePoint(code) : whole;
  });
}

/** The value of an attribute, or null. Names are matched whole, with any namespace prefix. */
export function attribute(attributes: string, name: string): string | null {
  for (let at = attributes.indexOf(name); at >= 0; at = attributes.indexOf(name, at + 1)) {
    const before = at === 0 ? ' ' : attributes[at - 1];
    if (before !== ' ' && before !== '\n' && before !== '\t' && before !== '\r' && before !== ':') continue;
    const match = /^\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(attributes.slice(at + name.length));
    if (match) return decodeXml(match[1] ?? match[2] ?? '');
  }
  return null;
}

/**
 * Reads XML in pieces and reports elements and text. Names come without their namespace prefix. There are no
 * DTDs: a document that has one is refused, so no entity can be defined, fetched or expanded. Throws
 * MALFORMED_FILE for that and for a tag longer than 1 MiB or a text longer than `maxBytes`.
 */
export async function readXml(
  chunks: AsyncIterable<Uint8Array>,
  handler: XmlHandler,
  maxBytes: number,
): Promise<void> {
  const decoder = new TextDecoder('utf-8');
  let textLength = 0;
  const limited: XmlHandler = {
    open: (name, attributes) => handler.open?.(name, attributes),
    close: (name) => {
      textLength = 0;
      handler.close?.(name);
    },
    text: (text) => {
      textLength += text.length;
      if (textLength > maxBytes) throw tooLong(maxBytes);
      handler.text?.(text);
    },
  };
  let rest = '';
  for await (const chunk of chunks) {
    rest = consume(rest + decoder.decode(chunk, { stream: true }), limited, false);
    if (rest.length > maxTagLength) throw tooLong(maxTagLength);
  }
  consume(rest + decoder.decode(), limited, true);
}

const maxTagLength = 2 ** 20;

const tooLong = (limit: number) =>
  new StromaError(
    'MALFORMED_FILE',
    `Expected XML tags and texts of at most ${limit} characters, got a longer one.`,
    { limit },
  );

/** Handles all complete pieces of markup and text and gives back what is left. */
function consume(text: string, handler: XmlHandler, last: boolean): string {
  let at = 0;
  for (;;) {
    const start = text.indexOf('<', at);
    if (start < 0) {
      // An entity may be cut in two by the end of a piece.
      const entity = last ? -1 : text.lastIndexOf('&');
      const end = entity >= at && text.length - entity < 12 ? entity : text.length;
      if (at < end) handler.text?.(decodeXml(text.slice(at, end)));
      return text.slice(end);
    }
    if (start > at) handler.text?.(decodeXml(text.slice(at, start)));
    at = start;
    const special = text.startsWith('<!', start);
    if (special && !last && text.length - start < 12) return text.slice(at);
    const terminator = !special
      ? '>'
      : text.startsWith('<!--', start)
        ? '-->'
        : text.startsWith('<![CDATA[', start)
          ? ']]>'
          : null;
    if (terminator === null) {
      throw new StromaError(
        'MALFORMED_FILE',
        'Expected XML without document type definitions; this file has one, which workbooks never do.',
      );
    }
    const end = text.indexOf(terminator, start);
    if (end < 0) {
      if (!last) return text.slice(at);
      throw new StromaError(
        'TRUNCATED_FILE',
        'Expected complete XML, but it ends inside a tag. Save or upload the file again.',
      );
    }
    if (terminator === ']]>') handler.text?.(text.slice(start + 9, end));
    else if (terminator === '>') tag(text, start, end, handler);
    at = end + terminator.length;
  }
}

function tag(text: string, start: number, end: number, handler: XmlHandler): void {
  const first = text[start + 1];
  if (first === '?') return;
  if (first === '/') {
    handler.close?.(local(text.slice(start + 2, end).trim()));
    return;
  }
  const empty = text[end - 1] === '/';
  const stop = empty ? end - 1 : end;
  let split = start + 1;
  while (split < stop && text.charCodeAt(split) > 32) split++;
  const name = local(text.slice(start + 1, split));
  handler.open?.(name, text.slice(split, stop));
  if (empty) handler.close?.(name);
}

function local(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}
