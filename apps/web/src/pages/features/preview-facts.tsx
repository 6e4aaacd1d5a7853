import type { FeaturePreview } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { ResultTable } from '../../components/grid/result-table.tsx';
import { Section } from '../../components/page.tsx';
import type { ColumnType } from '../../lib/cell.ts';
import { formatCount, formatTime } from '../../lib/format.ts';
import { Figures } from './figures.tsx';

/** First rows of a definition, and what all of them hold. */
export function PreviewFacts({ preview: { columns, rows, facts } }: { preview: FeaturePreview }) {
  const { t } = useTranslation('features');
  return (
    <Section title={t('preview')} note={t('preview_note', { count: rows.length })}>
      {facts && (
        <Figures
          figures={[
            [t('rows'), formatCount(facts.rows)],
            [t('entities'), formatCount(facts.entities)],
            [t('first_event'), facts.first_event_at && formatTime(facts.first_event_at)],
            [t('last_event'), facts.last_event_at && formatTime(facts.last_event_at)],
            [t('unused'), formatCount(facts.missing_keys + facts.missing_times)],
          ]}
        />
      )}
      <div className="mt-4">
        <ResultTable
          label={t('preview')}
          columns={columns.map(({ name, type }) => ({ name, type: type as ColumnType }))}
          rows={rows}
        />
      </div>
    </Section>
  );
}
