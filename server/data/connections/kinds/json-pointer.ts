/** RFC 6901; undefined where the document has nothing there. */
export function followPointer(document: unknown, pointer: string): unknown {
  if (pointer === '') return document;
  let found: unknown = document;
  for (const part of pointer.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

/** What JavaScript cannot hold exactly stays the text it was; `rawJSON` writes it out again as it stood. */
const { rawJSON, parse } = JSON as unknown as {
  rawJSON(text: string): object;
  parse(
    text: string,
    revive: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
};

/** JSON in which integers beyond 2^53 keep every digit when they are written out again. */
export function exactJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' &&
    source !== undefined &&
    /^-?\d{16,}$/.test(source) &&
    !Number.isSafeInteger(value)
      ? rawJSON(source)
      : value,
  );
}

/** The digits of a number that JavaScript cannot hold; anything else as it is, nothing as null. */
export function shownValue(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && Object.isFrozen(value) && 'rawJSON' in value)
    return value.rawJSON;
  return value ?? null;
}
