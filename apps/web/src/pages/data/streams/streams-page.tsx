import type { Topic } from '@stroma/contracts';
import { Link, useNavigate } from '@tanstack/react-router';
import { Plus, Radio } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Page, panelClass } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { client } from '../../../lib/client.ts';
import { formatCount, formatNumber } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { TopicDialog } from './topic-dialog.tsx';

/** Topics, and how much goes through each. */
export function StreamsPage() {
  const { t } = useTranslation('streams');
  const mayChange = usePermission('streams:write');
  const [adding, setAdding] = useState(false);
  const navigate = useNavigate();
  const pages = usePages<Topic>(queryKeys.topics, (cursor, signal) =>
    client.streams.list({ query: { limit: 50, ...cursor }, signal }),
  );
  const add = mayChange && (
    <Button look="primary" onClick={() => setAdding(true)}>
      <Plus size={16} aria-hidden />
      {t('add')}
    </Button>
  );
  return (
    <Page title={t('title')} intro={t('intro')} actions={add}>
      <PagedList
        pages={pages}
        skeleton={{ rows: 4, className: 'h-16' }}
        empty={
          <EmptyState icon={Radio} title={t('none')}>
            {t(mayChange ? 'none_text' : 'none_text_reader')}
          </EmptyState>
        }
      >
        {(topics) => (
          <ul className={`${panelClass} divide-y divide-line`}>
            {topics.map((topic) => (
              <TopicLine key={topic.topic_id} topic={topic} />
            ))}
          </ul>
        )}
      </PagedList>
      {adding && (
        <TopicDialog
          onClose={() => setAdding(false)}
          onDone={({ topic_id: topicId }) =>
            void navigate({ to: '/data/streams/$topicId', params: { topicId } })
          }
        />
      )}
    </Page>
  );
}

function TopicLine({ topic }: { topic: Topic }) {
  const { t } = useTranslation('streams');
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
      <Radio size={16} aria-hidden className="shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1 basis-48">
        <Link
          to="/data/streams/$topicId"
          params={{ topicId: topic.topic_id }}
          className="font-medium wrap-anywhere hover:underline"
        >
          {topic.name}
        </Link>
        <p className="text-small text-ink-faint wrap-anywhere">
          {topic.description === '' ? topic.columns.map(({ name }) => name).join(', ') : topic.description}
        </p>
      </div>
      <p className="text-small text-ink-soft tabular-nums">
        {t('rate', { rate: formatNumber(topic.events_per_second, 3) })} ·{' '}
        {t('events_count', { count: topic.next_offset, formatted: formatCount(topic.next_offset) })} ·{' '}
        {t('consumers_count', { count: topic.consumers })}
      </p>
    </li>
  );
}
