import type { JsonValue } from '@stroma/kernel';

const quote = 34;
const backslash = 92;
const open = new Set([91, 123]);
const close = new Set([93, 125]);

/** The first `count` rows of a JSON array of row arrays, without parsing the rest. */
export function firstRows(rowsJson: string, count: number): JsonValue[][] {
  let depth = 0;
  let rows = 0;
  let inText = false;
  for (let at = 0; at < rowsJson.length; at++) {
    const code = rowsJson.charCodeAt(at);
    if (inText) {
      if (code === backslash) at += 1;
      else if (code === quote) inText = false;
    } else if (code === quote) inText = true;
    else if (open.has(code)) depth += 1;
    else if (close.has(code)) {
      depth -= 1;
      if (depth === 1) rows += 1;
      if (rows === count && depth === 1) return JSON.parse(`${rowsJson.slice(0, at + 1)}]`);
    }
  }
  return JSON.parse(rowsJson);
}
