import type { DatasetRule } from '@stroma/contracts';
import type { ColumnSchema } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import { derivedAccess } from './derived-rules.ts';

const columns: ColumnSchema[] = [
  { name: 'patient', type: 'integer' },
  { name: 'site', type: 'text' },
  { name: 'glucose', type: 'number' },
];
const viewers = { which: 'only' as const, roles: ['viewer'] };
const others = { which: 'all_but' as const, roles: ['lab_director'] };
const bySite: DatasetRule = {
  kind: 'rows',
  readers: viewers,
  condition: { column: 'site', operator: 'among', values: ['Kiel'], attribute: null },
};
const hidden = (readers: typeof viewers | typeof others): DatasetRule => ({
  kind: 'rows',
  readers,
  condition: { column: 'patient', operator: 'among', values: [], attribute: null },
});
const mask = (column: string, kind: 'hide' | 'pseudonym', readers: typeof viewers | typeof others = others) =>
  ({ kind: 'mask', readers, column, mask: { kind } }) as DatasetRule;

describe('who sees what of a dataset made from others', () => {
  it('takes the rules of columns that are kept along, and shows no row to whom another rule is for', () => {
    const { sensitivity, rules } = derivedAccess(
      [
        { sensitivity: 'internal', rules: [bySite, mask('glucose', 'pseudonym')], isKept: true },
        { sensitivity: 'phi', rules: [mask('name', 'hide'), mask('born', 'hide')], isKept: false },
        { sensitivity: 'public', rules: [], isKept: false },
      ],
      columns,
    );
    expect(sensitivity).toBe('phi');
    // A pseudonym would need the source's key; two rules for the same readers are one.
    expect(rules).toEqual([bySite, mask('glucose', 'hide'), hidden(others)]);
  });

  it('shows no row to whom a rule is for that no longer fits its column', () => {
    const gone = { ...bySite, condition: { ...bySite.condition, column: 'ward' } } as DatasetRule;
    expect(derivedAccess([{ sensitivity: 'internal', rules: [gone], isKept: true }], columns).rules).toEqual([
      hidden(viewers),
    ]);
  });
});
