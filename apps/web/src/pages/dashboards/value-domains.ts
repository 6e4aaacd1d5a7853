import type { TileResult } from '@stroma/contracts';
import { useMemo, useRef } from 'react';
import { cellText, isNumeric } from '../../lib/cell.ts';

/**
 * Values by column in the order in which they were first seen, sorted within what came together: a value keeps its
 * colour in every tile, whatever is filtered later.
 */
export function useDomains(results: readonly (Pick<TileResult, 'columns' | 'rows'> | undefined)[]) {
  const seen = useRef<Record<string, string[]>>({});
  const key = results.map((result) => result?.rows.length ?? 0).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is known only grows
  return useMemo(() => {
    const fresh = new Map<string, Set<string>>();
    for (const result of results)
      result?.columns.forEach(({ name, type }, at) => {
        if (isNumeric(type) || type === 'date' || type === 'timestamp') return;
        const values = fresh.get(name) ?? new Set<string>();
        for (const row of result.rows.slice(0, 200)) {
          const value = cellText(row[at]);
          if (value !== null) values.add(value);
        }
        fresh.set(name, values);
      });
    const next = { ...seen.current };
    for (const [name, values] of fresh) {
      const known = next[name] ?? [];
      const added = [...values]
        .filter((each) => !known.includes(each))
        .toSorted((a, b) => a.localeCompare(b));
      if (added.length > 0 && known.length < 100) next[name] = [...known, ...added];
    }
    seen.current = next;
    return next;
  }, [key]);
}
