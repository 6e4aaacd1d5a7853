import type { Dataset } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { panelClass, Section } from '../../components/page.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { askedAgain, historyQuery, withoutRepeats } from '../../lib/datasets.ts';
import { formatAgo } from '../../lib/format.ts';
import { suggestionsQuery } from '../../lib/questions.ts';

/** What was asked last; before the first question, some that can be asked. */
export function RecentQuestions({ datasets }: { datasets: readonly Dataset[] | undefined }) {
  const { t } = useTranslation('home');
  const history = useQuery(historyQuery(6));
  const none = history.data?.items.length === 0;
  return (
    <Section
      title={t('questions')}
      actions={
        <Link to="/ask" className="rounded text-accent hover:underline">
          {t('questions_all')}
        </Link>
      }
    >
      {history.data === undefined ? (
        <Skeleton className="h-48 rounded-lg" />
      ) : none ? (
        <Suggestions dataset={datasets?.[0]} />
      ) : (
        <ul className={`${panelClass} divide-y divide-line`}>
          {withoutRepeats(history.data.items).map((item) => (
            <li key={item.query_id}>
              <Link
                to="/ask"
                search={askedAgain(item)}
                className="block px-4 py-2.5 -outline-offset-2 hover:bg-hover"
              >
                <p className="truncate">
                  {item.question ?? <code className="font-mono text-small">{item.sql}</code>}
                </p>
                <p className="flex items-center gap-2 text-small text-ink-faint">
                  {formatAgo(item.created_at)}
                  {item.kind === 'sql' && <Badge>{t('sql_question')}</Badge>}
                  {!item.answered && <Badge tone="warning">{t('unanswered')}</Badge>}
                </p>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Suggestions({ dataset }: { dataset: Dataset | undefined }) {
  const { t } = useTranslation('home');
  const suggestions = useQuery(suggestionsQuery(dataset ? [dataset.dataset_id] : []));
  return (
    <div className={`${panelClass} p-4`}>
      <p className="text-ink-soft">{t('no_questions')}</p>
      <ul className="mt-2 grid gap-1">
        {suggestions.data?.items.slice(0, 4).map((question) => (
          <li key={question}>
            <Link
              to="/ask"
              search={{ q: question, ...(dataset && { datasets: dataset.dataset_id }) }}
              className="rounded text-accent hover:underline"
            >
              {question}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
