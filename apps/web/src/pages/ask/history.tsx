import type { Dataset } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Section } from '../../components/page.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { askedAgain, historyQuery, withoutRepeats } from '../../lib/datasets.ts';
import { formatAgo } from '../../lib/format.ts';

/** What was asked before, newest first; a click asks it again. */
export function History({ all }: { all: readonly Dataset[] }) {
  const { t } = useTranslation('ask');
  const [limit, setLimit] = useState(12);
  const { data } = useQuery(historyQuery(limit));
  const nameOf = (id: string) => all.find(({ dataset_id }) => dataset_id === id)?.name;
  return (
    <Section title={t('history')} className="xl:border-s xl:border-line xl:ps-8">
      {data === undefined ? (
        <SkeletonRows rows={5} />
      ) : data.items.length === 0 ? (
        <p className="text-ink-soft">{t('history_empty')}</p>
      ) : (
        <ul className="-mx-2 grid grid-cols-1 gap-1">
          {withoutRepeats(data.items).map((item) => (
            <li key={item.query_id}>
              <Link
                to="/ask"
                search={askedAgain(item)}
                className="block rounded-md px-2 py-1.5 hover:bg-hover"
              >
                <p className="line-clamp-2 wrap-anywhere">
                  {item.question ?? <code className="font-mono text-small">{item.sql}</code>}
                </p>
                <p className="flex items-center gap-2 text-small text-ink-faint">
                  <span className="min-w-0 truncate">
                    {formatAgo(item.created_at)}
                    {' · '}
                    {item.dataset_ids.flatMap((id) => nameOf(id) ?? []).join(', ')}
                  </span>
                  {!item.answered && <Badge tone="warning">{t('history_failed')}</Badge>}
                </p>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {data?.next_cursor && limit < 200 && (
        <Button look="quiet" className="-ms-3 mt-2" onClick={() => setLimit(Math.min(200, limit + 40))}>
          {t('history_more')}
        </Button>
      )}
    </Section>
  );
}
