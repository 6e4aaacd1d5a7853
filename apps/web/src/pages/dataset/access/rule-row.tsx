import type { DatasetRule } from '@stroma/contracts';
import { Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Select } from '../../../components/field.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import type { Column } from '../../../lib/cell.ts';
import { MaskControl } from './mask-control.tsx';
import { ReadersControl } from './readers-control.tsx';
import type { NamedRole } from './roles.ts';
import { type MaskRule, maskOf, masksFor, type RowsRule, type RuleDraft } from './rule-drafts.ts';
import { ValuesInput } from './values-input.tsx';

const operators = ['among', 'outside', 'from', 'to'] as const;

/** One rule as a sentence: for whom, what of which column. */
export function RuleRow({
  draft,
  number,
  columns,
  roles,
  onChange,
  onRemove,
}: {
  draft: RuleDraft;
  number: number;
  columns: readonly Column[];
  roles: readonly NamedRole[];
  onChange: (rule: DatasetRule) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation('access');
  const { rule } = draft;
  const name = rule.kind === 'rows' ? rule.condition.column : rule.column;
  const column = columns.find((each) => each.name === name);
  const label = t('rule_label', { number });
  const chooseColumn = (next: string) => {
    const chosen = columns.find((each) => each.name === next);
    if (chosen === undefined) return;
    if (rule.kind === 'rows')
      onChange({ ...rule, condition: { ...rule.condition, column: next, values: [] } });
    else
      onChange({
        ...rule,
        column: next,
        mask: masksFor(chosen.type).includes(rule.mask.kind) ? rule.mask : maskOf('hide'),
      });
  };
  return (
    <li
      aria-label={label}
      data-rule={rule.kind}
      className="relative grid grid-cols-1 items-start gap-x-4 gap-y-3 px-4 py-3 lg:grid-cols-[14rem_12rem_minmax(0,1fr)_2rem]"
    >
      <ReadersControl
        readers={rule.readers}
        roles={roles}
        label={label}
        onChange={(readers) => onChange({ ...rule, readers })}
      />
      <Select
        aria-label={`${label}: ${t('column')}`}
        value={name}
        onChange={({ target }) => chooseColumn(target.value)}
      >
        {column === undefined && <option value={name}>{t('column_gone', { name })}</option>}
        {columns.map((each) => (
          <option key={each.name} value={each.name}>
            {each.name}
          </option>
        ))}
      </Select>
      {rule.kind === 'rows' ? (
        <Condition rule={rule} label={label} type={column?.type ?? 'text'} onChange={onChange} />
      ) : (
        <MaskControl
          mask={rule.mask}
          kinds={masksFor(column?.type ?? 'text')}
          label={label}
          onChange={(mask) => onChange({ ...(rule as MaskRule), mask })}
        />
      )}
      <IconButton
        icon={Trash2}
        label={t('remove_rule', { number })}
        className="max-lg:absolute max-lg:end-4 max-lg:top-3"
        onClick={onRemove}
      />
    </li>
  );
}

function Condition({
  rule,
  label,
  type,
  onChange,
}: {
  rule: RowsRule;
  label: string;
  type: Column['type'];
  onChange: (rule: RowsRule) => void;
}) {
  const { t } = useTranslation('access');
  const { condition } = rule;
  const set = (change: Partial<RowsRule['condition']>) =>
    onChange({ ...rule, condition: { ...condition, ...change } });
  const isOrdered = type !== 'text' && type !== 'boolean';
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap gap-2">
        <Select
          className="max-w-48"
          aria-label={`${label}: ${t('operator')}`}
          value={condition.operator}
          onChange={({ target }) =>
            set({ operator: operators.find((each) => each === target.value) ?? 'among' })
          }
        >
          {operators
            .filter((each) => isOrdered || each === 'among' || each === 'outside')
            .map((each) => (
              <option key={each} value={each}>
                {t(`operator_${each}`)}
              </option>
            ))}
        </Select>
        <div className="min-w-40 flex-1">
          <ValuesInput
            label={`${label}: ${t('values')}`}
            placeholder={condition.attribute === null ? t('values_placeholder') : t('values_more')}
            values={condition.values}
            type={type}
            onChange={(values) => set({ values })}
          />
        </div>
      </div>
      <Select
        className="max-w-72"
        aria-label={`${label}: ${t('attribute')}`}
        value={condition.attribute ?? ''}
        onChange={({ target }) =>
          set({ attribute: target.value === 'site' || target.value === 'user_id' ? target.value : null })
        }
      >
        <option value="">{t('attribute_none')}</option>
        <option value="site">{t('attribute_site')}</option>
        <option value="user_id">{t('attribute_user_id')}</option>
      </Select>
    </div>
  );
}
