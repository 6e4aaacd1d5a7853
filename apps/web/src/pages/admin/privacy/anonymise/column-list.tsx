import type { ColumnActionDocument } from '@stroma/contracts';
import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';
import { panelClass } from '../../../../components/page.tsx';
import { TypeMark } from '../../../../components/type-mark.tsx';
import { formatPercent } from '../../../../lib/format.ts';
import { ActionControl } from './action-control.tsx';
import type { Actions, PreviewColumn } from './plan.ts';

const tones = { direct: 'critical', quasi: 'warning', text: 'info' } as const;

/** Every column: what was found in it and why, and what is to become of it. */
export function ColumnList({
  columns,
  actions,
  onChange,
}: {
  columns: readonly PreviewColumn[];
  actions: Actions;
  onChange: (column: string, action: ColumnActionDocument) => void;
}) {
  const { t } = useTranslation('anonymise');
  return (
    <ul className={clsx(panelClass, 'divide-y divide-line')}>
      {columns.map((column) => (
        <li
          key={column.name}
          data-column={column.name}
          className="grid items-start gap-x-6 gap-y-2 px-4 py-3 lg:grid-cols-[13rem_minmax(0,1fr)_23rem]"
        >
          <span className="flex min-w-0 items-center gap-2 pt-1 font-medium">
            <TypeMark type={column.type} />
            <span className="truncate">{column.name}</span>
          </span>
          <Found column={column} />
          <ActionControl
            column={column}
            columns={columns}
            action={actions[column.name] ?? column.proposed}
            onChange={(action) => onChange(column.name, action)}
          />
          {column.finding === null && <span className="sr-only">{t('nothing_found')}</span>}
        </li>
      ))}
    </ul>
  );
}

function Found({ column: { finding } }: { column: PreviewColumn }) {
  const { t } = useTranslation('anonymise');
  if (finding === null) return <span className="pt-1 text-ink-faint">{t('nothing_found')}</span>;
  return (
    <div className="min-w-0 pt-0.5">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={tones[finding.role]}>{t(`kind_${finding.kind}`)}</Badge>
        <span className="text-small text-ink-soft tabular-nums">
          {t('sure', { share: formatPercent(finding.confidence, 0) })}
        </span>
        {finding.safe_harbor !== null && (
          <span className="text-small text-ink-faint">
            {t('safe_harbor', { letter: finding.safe_harbor })}
          </span>
        )}
      </div>
      <p className="mt-0.5 text-small text-ink-soft wrap-anywhere">{finding.reasons.join('; ')}</p>
    </div>
  );
}
