import type { AnonymisationPreview, ColumnActionDocument, PrivacyModelDocument } from '@stroma/contracts';

export type PreviewColumn = AnonymisationPreview['columns'][number];
export type Actions = Readonly<Record<string, ColumnActionDocument>>;
export type ActionKind = ColumnActionDocument['kind'];

export const firstModel: PrivacyModelDocument = {
  k: 5,
  l: null,
  t: null,
  sensitive_columns: [],
  suppression_limit: 0.05,
  method: 'full_domain',
};

/** What can be done with a column of its type, least change first. */
export function choicesFor({ type }: PreviewColumn): ActionKind[] {
  const isNumber = type === 'integer' || type === 'number';
  const isDate = type === 'date' || type === 'timestamp';
  return [
    'keep',
    'remove',
    'pseudonymise',
    'mask',
    ...(isDate ? (['shift_dates', 'period'] as const) : []),
    ...(isNumber ? (['bins', 'top_code'] as const) : []),
    ...(type === 'text' || type === 'integer' ? (['zip3', 'prefix'] as const) : []),
    ...(type === 'text' ? (['period', 'redact_text'] as const) : []),
    'quasi_identifier',
  ];
}

/** An action as it is first chosen. */
export function actionOf(
  kind: ActionKind,
  column: PreviewColumn,
  columns: readonly PreviewColumn[],
): ColumnActionDocument {
  switch (kind) {
    case 'mask':
      return { kind, keep_start: 1, keep_end: 0 };
    case 'pseudonymise':
      return { kind, prefix: '' };
    case 'bins':
      return { kind, width: 10, origin: 0 };
    case 'period':
      return { kind, unit: 'year', oldest_year: null };
    case 'prefix':
      return { kind, characters: 3 };
    case 'shift_dates': {
      const person = columns.find(
        ({ name, finding }) =>
          name !== column.name && (finding?.kind === 'medical_record' || finding?.kind === 'unique_code'),
      );
      const other = columns.find(({ name }) => name !== column.name);
      return { kind, person_column: (person ?? other ?? column).name, most_days: 365 };
    }
    case 'top_code':
      return { kind, above: 89 };
    case 'redact_text':
      return { kind, replacement: 'label', kinds: null };
    case 'quasi_identifier':
      return { kind, hierarchy: null };
    case 'hierarchy':
      return { kind, hierarchy: { kind: 'all_or_nothing' }, level: 1 };
    default:
      return { kind };
  }
}

export const hasQuasi = (actions: Actions): boolean =>
  Object.values(actions).some(({ kind }) => kind === 'quasi_identifier');
