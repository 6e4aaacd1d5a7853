import type { Dataset } from '@stroma/contracts';
import { useIsFetching, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { CornerDownLeft } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { suggestionsQuery } from '../../lib/questions.ts';

const route = getRouteApi('/frame/ask');

/** Where the question is written; below it, some that these datasets can answer. */
export function QuestionBox({ datasets }: { datasets: readonly Dataset[] }) {
  const { t } = useTranslation('ask');
  const { q = '', sql } = route.useSearch();
  const navigate = route.useNavigate();
  const ids = datasets.map(({ dataset_id }) => dataset_id);
  const [text, setText] = useState(q);
  const busy = useIsFetching({ queryKey: ['answer'] }) > 0;
  const suggestions = useQuery(suggestionsQuery(ids));
  useEffect(() => setText(q), [q]);
  const ask = (question: string) => {
    const trimmed = question.trim();
    if (trimmed !== '') void navigate({ search: { datasets: ids.join(','), q: trimmed } });
  };
  const quiet = q === '' && sql === undefined;
  return (
    <div className="grid gap-3">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask(text);
        }}
        className="flex items-center gap-2 rounded-lg border border-line-strong bg-surface p-2 focus-within:outline-2 focus-within:outline-accent"
      >
        <input
          aria-label={t('question')}
          placeholder={t('placeholder')}
          value={text}
          maxLength={2000}
          onChange={(event) => setText(event.target.value)}
          className="h-10 min-w-0 flex-1 bg-transparent px-2 text-section outline-none placeholder:text-ink-faint"
        />
        <Button type="submit" look="primary" className="h-10 px-4" disabled={text.trim() === '' || busy}>
          {t(busy ? 'asking' : 'ask')}
          <CornerDownLeft size={16} aria-hidden />
        </Button>
      </form>
      {quiet && (
        <div className="min-h-40">
          <p className="mb-2 text-small text-ink-faint">{t('examples')}</p>
          <ul className="flex flex-wrap gap-2">
            {suggestions.isLoading &&
              ['w-52', 'w-64', 'w-48', 'w-56'].map((width) => (
                <Skeleton key={width} className={`h-8 ${width}`} />
              ))}
            {suggestions.data?.items.map((question) => (
              <li key={question} className="max-w-full">
                <Button
                  onClick={() => ask(question)}
                  className="h-auto min-h-8 py-1 text-start whitespace-normal"
                >
                  {question}
                </Button>
              </li>
            ))}
          </ul>
          <Button
            look="quiet"
            className="-ms-3 mt-3"
            onClick={() =>
              void navigate({
                search: {
                  datasets: ids.join(','),
                  sql: `SELECT *\nFROM ${datasets[0]?.table_name ?? 'dataset'}\nLIMIT 100`,
                },
              })
            }
          >
            {t('sql_write')}
          </Button>
        </div>
      )}
    </div>
  );
}
