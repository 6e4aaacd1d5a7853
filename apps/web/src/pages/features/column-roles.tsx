import type { FeaturePreview } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Input, Select } from '../../components/field.tsx';
import { cellClass, PlainTable } from '../../components/plain-table.tsx';
import { TypeMark } from '../../components/type-mark.tsx';
import { type ColumnRole, columnRoles, columnsOf, type DefinitionDraft } from './definition-draft.ts';

/** What each column of the answer is; a feature has a unit and words too. */
export function ColumnRoles({
  draft,
  shown,
  onChange,
}: {
  draft: DefinitionDraft;
  shown: FeaturePreview['columns'];
  onChange: (columns: DefinitionDraft['columns']) => void;
}) {
  const { t } = useTranslation('features');
  const columns = columnsOf(draft, shown);
  const all = Object.fromEntries(columns.map(([name, , column]) => [name, column]));
  const set = (name: string, part: Partial<DefinitionDraft['columns'][string]>) => {
    const next = {
      ...all,
      [name]: { ...(all[name] ?? { role: 'out', unit: '', description: '' }), ...part },
    };
    // There is one event time and one available time.
    if (part.role === 'event' || part.role === 'available')
      for (const [other, column] of Object.entries(next))
        if (other !== name && column.role === part.role) next[other] = { ...column, role: 'out' };
    onChange(next);
  };
  return (
    <PlainTable
      label={t('columns')}
      headings={[
        { label: t('column'), className: `${cellClass} text-start` },
        { label: t('role'), className: `${cellClass} w-44 text-start` },
        { label: t('unit'), className: `${cellClass} w-28 text-start max-sm:hidden` },
        { label: t('description'), className: `${cellClass} text-start max-md:hidden` },
      ]}
    >
      {columns.map(([name, type, { role, unit, description }]) => (
        <tr key={name}>
          <td className={cellClass}>
            <span className="flex items-center gap-2 font-mono wrap-anywhere">
              <TypeMark type={type} />
              {name}
            </span>
          </td>
          <td className={cellClass}>
            <Select
              aria-label={t('role_of', { name })}
              className="min-w-32"
              value={role}
              onChange={({ target }) => set(name, { role: target.value as ColumnRole })}
            >
              {columnRoles.map((each) => (
                <option key={each} value={each}>
                  {t(`role_${each}`)}
                </option>
              ))}
            </Select>
          </td>
          <td className={`${cellClass} max-sm:hidden`}>
            {role === 'feature' && (
              <Input
                aria-label={t('unit_of', { name })}
                maxLength={40}
                value={unit}
                onChange={({ target }) => set(name, { unit: target.value })}
              />
            )}
          </td>
          <td className={`${cellClass} max-md:hidden`}>
            {role === 'feature' && (
              <Input
                aria-label={t('description_of', { name })}
                maxLength={1000}
                value={description}
                onChange={({ target }) => set(name, { description: target.value })}
              />
            )}
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}
