import type { Topic } from '@stroma/contracts';
import { Link, useNavigate } from '@tanstack/react-router';
import { Radio } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { client } from '../../../lib/client.ts';
import { formatCount, formatNumber } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { SourceLine, SourceListPage } from '../source-list.tsx';
import { TopicDialog } from './topic-dialog.tsx';

/** Topics, and how much goes through each. */
export function StreamsPage() {
  const { t } = useTranslation('streams');
  const mayChange = usePermission('streams:write');
  const navigate = useNavigate();
  return (
    <SourceListPage<Topic>
      texts={{
        title: t('title'),
        intro: t('intro'),
        add: t('add'),
        none: t('none'),
        noneText: t(mayChange ? 'none_text' : 'none_text_reader'),
      }}
      icon={Radio}
      queryKey={queryKeys.topics}
      fetch={(cursor, signal) => client.streams.list({ query: { limit: 50, ...cursor }, signal })}
      everyMs={5000}
      mayAdd={mayChange}
      form={(close) => (
        <TopicDialog
          present={null}
          onClose={close}
          onDone={({ topic_id: topicId }) =>
            void navigate({ to: '/data/streams/$topicId', params: { topicId } })
          }
        />
      )}
      line={(topic) => <TopicLine key={topic.topic_id} topic={topic} />}
    />
  );
}

function TopicLine({ topic }: { topic: Topic }) {
  const { t } = useTranslation('streams');
  const { topic_id: topicId, name, description, columns, next_offset: count } = topic;
  return (
    <SourceLine
      icon={Radio}
      name={
        <Link to="/data/streams/$topicId" params={{ topicId }} className="hover:underline">
          {name}
        </Link>
      }
      about={description === '' ? columns.map((column) => column.name).join(', ') : description}
      state={[
        t('rate', { rate: formatNumber(topic.events_per_second, 3) }),
        t('events_count', { count, formatted: formatCount(count) }),
        t('consumers_count', { count: topic.consumers }),
      ].join(' · ')}
    />
  );
}
