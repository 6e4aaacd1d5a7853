import type { BaseModelDocument, RegisteredBase } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { panelClass } from '../../../components/page.tsx';
import { formatCount } from '../../../lib/format.ts';
import { namedMetric } from '../metric-text.ts';

const shownColumns = 12;
const shownMetrics = 3;

/** What is known of a model before it is learned on from. */
export function BaseCard({ base }: { base: RegisteredBase | BaseModelDocument }) {
  const { t } = useTranslation('models');
  const { columns, licence } = base;
  const others = columns.length - shownColumns;
  const facts: [string, string][] = [
    ...('target' in base ? [[t('base_predicts'), base.target] as [string, string]] : []),
    [
      t('base_data'),
      t('base_rows', {
        name: 'name' in base.data ? base.data.name : base.data.description,
        count: base.data.rows,
        shown: formatCount(base.data.rows),
      }),
    ],
    ...('source' in base.data ? [[t('base_source'), base.data.source] as [string, string]] : []),
    [t('licence'), licence === null || licence === '' ? t('licence_untold') : licence],
    [
      t('base_columns', { count: columns.length }),
      `${columns.slice(0, shownColumns).join(', ')}${others > 0 ? ` ${t('and_more', { count: others })}` : ''}`,
    ],
    ...metricsOf(base).slice(0, shownMetrics),
  ];
  return (
    <section aria-label={t('base_card')} className={`${panelClass} grid gap-1 px-3 py-2 text-small`}>
      {'description' in base && <p className="wrap-anywhere">{base.description}</p>}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-faint">{name}</dt>
            <dd className="wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );

  function metricsOf({ metrics }: RegisteredBase | BaseModelDocument): [string, string][] {
    return metrics.map(({ name, value }) => namedMetric(t, [name, value]));
  }
}
