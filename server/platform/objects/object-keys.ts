import { fail } from '../failure.ts';

const longestKey = 1024;
const longestSegment = 200;
const segmentShape = /^[A-Za-z0-9_=-](?:[A-Za-z0-9._=-]*[A-Za-z0-9_=-])?$/;

/**
 * Returns the segments of a key such as `raw/<tenant>/<upload>`, or throws INVALID_INPUT. Keys are made by Stroma
 * from ids and hashes, so only letters, digits and `. _ = -` are let through: nothing that climbs out of the
 * root, hides, or is another name for the same file on some file system.
 */
export function keySegments(key: string): string[] {
  const segments = typeof key === 'string' && key.length <= longestKey ? key.split('/') : [];
  const sound = segments.every((segment) => segment.length <= longestSegment && segmentShape.test(segment));
  if (segments.length === 0 || !sound) {
    fail(
      'INVALID_INPUT',
      `Expected an object key of at most ${longestKey} characters whose segments hold letters, digits and ". _ = -"; got ${JSON.stringify(String(key).slice(0, 80))}.`,
      { field: 'key' },
    );
  }
  return segments;
}

/** A prefix to list under: empty, or the beginning of a key. */
export function checkPrefix(prefix: string): void {
  if (prefix === '') return;
  const folders = prefix.split('/');
  const last = folders.pop() ?? '';
  const sound =
    last === '' || (last.length <= longestSegment && /^[A-Za-z0-9_=-][A-Za-z0-9._=-]*$/.test(last));
  if (folders.length > 0) keySegments(folders.join('/'));
  if (!sound)
    fail('INVALID_INPUT', 'Expected the beginning of an object key as prefix.', { field: 'prefix' });
}
