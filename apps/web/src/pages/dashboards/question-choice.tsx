import type { Dataset, TileQuery } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { historyQuery, withoutRepeats } from '../../lib/datasets.ts';

/** The questions that were asked and can be a tile. */
export function QuestionChoice({
  all,
  onChoose,
}: {
  all: readonly Dataset[];
  onChoose: (query: TileQuery, title: string) => void;
}) {
  const { t } = useTranslation('dashboards');
  const { data } = useQuery(historyQuery(100));
  const found = withoutRepeats(data?.items ?? []).filter(({ answered, sql }) => answered && sql);
  const nameOf = (id: string) => all.find(({ dataset_id }) => dataset_id === id)?.name;
  if (found.length === 0) return <p className="text-ink-soft">{t('questions_none')}</p>;
  return (
    <ul className="max-h-60 overflow-y-auto rounded-lg border border-line p-1">
      {found.map(({ query_id, question, sql, dataset_ids }) => (
        <li key={query_id}>
          <button
            type="button"
            onClick={() =>
              onChoose({ kind: 'sql', dataset_ids, sql: sql ?? '', question, query_id }, question ?? '')
            }
            className="w-full rounded-md px-2 py-1.5 text-start -outline-offset-2 hover:bg-hover"
          >
            <span className="line-clamp-2">{question ?? sql}</span>
            <span className="text-small text-ink-faint">
              {dataset_ids.flatMap((id) => nameOf(id) ?? []).join(', ')}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
