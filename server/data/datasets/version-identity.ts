import { createHash } from 'node:crypto';
import type { IngestDecisions } from '@stroma/lake';
import { software } from '../software.ts';

/** JSON with sorted keys: equal values have equal text. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, held: unknown) =>
    held !== null && typeof held === 'object' && !Array.isArray(held)
      ? Object.fromEntries(Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1)))
      : held,
  );
}

/**
 * Hex. The raw bytes and every decision about them (not the reasons) determine a version: equal identities hold
 * the same rows. Another release of the reader may read the same bytes better, so it counts too.
 */
export function versionIdentity(sourceSha256: string, decisions: IngestDecisions): string {
  const { tables: _tables, columns, ...rest } = decisions;
  const values = Object.entries(rest).map(([key, decision]) => [
    key,
    decision === null ? null : decision.value,
  ]);
  const shape = columns.map((column) => [column.name, column.type.value]);
  const text = stableJson({ software, sourceSha256, values: Object.fromEntries(values), shape });
  return createHash('sha256').update(text).digest('hex');
}
