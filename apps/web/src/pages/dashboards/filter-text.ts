import type { RowFilter } from '@stroma/contracts';
import i18next from 'i18next';
import { cellLabel } from '../../lib/cell.ts';

const value = (each: RowFilter['values'][number] | undefined): string =>
  each === null || each === undefined ? i18next.t('common:missing') : cellLabel(each);

/** Filters in words: "species: Adelie", "body mass 3000 to 4000". */
export function filterText(filters: readonly RowFilter[], named = true): string {
  const byColumn = Map.groupBy(filters, ({ column }) => column);
  return [...byColumn]
    .map(([column, each]) => (named ? `${column}: ${words(each)}` : words(each)))
    .join(', ');
}

function words(filters: readonly RowFilter[]): string {
  const [first, second] = filters;
  if (first === undefined) return '';
  if (first.op === 'gte' && second?.op === 'lt')
    return `${value(first.values[0])} – ${value(second.values[0])}`;
  return filters.map(one).join(', ');
}

function one({ op, values }: RowFilter): string {
  const [a, b] = values;
  switch (op) {
    case 'in':
      return values.length > 3
        ? i18next.t('dashboards:filter_count', { count: values.length })
        : values.map(value).join(', ');
    case 'not_in':
      return i18next.t('dashboards:filter_not', { values: values.map(value).join(', ') });
    case 'between':
      return `${value(a)} – ${value(b)}`;
    case 'gte':
      return `≥ ${value(a)}`;
    case 'gt':
      return `> ${value(a)}`;
    case 'lte':
      return `≤ ${value(a)}`;
    case 'lt':
      return `< ${value(a)}`;
    case 'contains':
      return `“${value(a)}”`;
    case 'is_missing':
      return i18next.t('common:missing');
    case 'not_missing':
      return i18next.t('dashboards:filter_not_missing');
  }
}
