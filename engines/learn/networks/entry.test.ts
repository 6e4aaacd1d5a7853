import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';

/** Every file that is loaded with `file`, and the packages beside them. */
function loadedWith(file: string, seen: Set<string>): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  for (const [, , from] of text.matchAll(
    /(?:^|\n)\s*(import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?'([^']+)'/g,
  ))
    if (from?.startsWith('.')) loadedWith(resolve(dirname(file), from), seen);
    else if (from !== undefined) seen.add(from);
  return seen;
}

it('who learns without networks loads nothing that trains them', () => {
  const loaded = loadedWith(join(import.meta.dirname, '../index.ts'), new Set());
  expect(loaded.size).toBeGreaterThan(100);
  expect([...loaded].filter((each) => /stroma\/tensor|onnxruntime|\/networks\//.test(each))).toEqual([]);
});
