import type { IngestDecisionsDocument } from '@stroma/contracts';
import clsx from 'clsx';
import { Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { panelClass } from '../../../components/page.tsx';
import { changeable, type DecisionName, decidedValue, decisionOrder } from './decision-choices.ts';
import { DecisionControl } from './decision-control.tsx';
import type { Draft } from './decisions-tab.tsx';

/** Each decision with its value, its reason and its control. */
export function DecisionTable({
  decisions,
  draft,
  disabled,
  onChange,
}: {
  decisions: IngestDecisionsDocument;
  draft: Draft;
  disabled: boolean;
  /** Undefined takes the change back. */
  onChange: (name: DecisionName, value: unknown) => void;
}) {
  const { t } = useTranslation('dataset');
  const { t: common } = useTranslation();
  return (
    <fieldset disabled={disabled} className={panelClass}>
      <legend className="sr-only">{t('decisions_title')}</legend>
      <ul className="divide-y divide-line">
        {decisionOrder.map((name) => {
          const decided = decisions[name];
          if (decided == null) return null;
          const changed = name in draft;
          const label = t(`decision_${name}`);
          return (
            <li
              key={name}
              data-decision={name}
              className={clsx(
                'grid items-center gap-x-6 gap-y-1 px-4 py-2.5 md:grid-cols-[12rem_16rem_minmax(0,1fr)]',
                changed && 'bg-accent-soft',
              )}
            >
              <span className="flex items-center gap-2 font-medium">
                {label}
                {decided.given && <Badge tone="accent">{t('given')}</Badge>}
              </span>
              <span className="flex items-center gap-1">
                {changeable(name) && (name !== 'table' || decisions.tables.length > 1) ? (
                  <DecisionControl
                    name={name}
                    label={label}
                    value={changed ? draft[name as keyof Draft] : decidedValue(decisions, name)}
                    tables={decisions.tables}
                    columns={decisions.columns.map((column) => column.name)}
                    onChange={(value) => onChange(name, value)}
                  />
                ) : (
                  <span className="py-1.5">{name === 'table' ? 1 : String(decided.value)}</span>
                )}
                {changed && (
                  <IconButton icon={Undo2} label={common('undo')} onClick={() => onChange(name, undefined)} />
                )}
              </span>
              <span className="text-ink-soft wrap-anywhere">
                {decided.reason}
                {name === 'null_values' && (
                  <span className="block text-small text-ink-faint">{t('decision_null_values_hint')}</span>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </fieldset>
  );
}
