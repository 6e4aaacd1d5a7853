import type { Topic } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { Field, Input } from '../../../components/field.tsx';
import { MenuItem } from '../../../components/menu.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { cellClass, PlainTable } from '../../../components/plain-table.tsx';
import { client } from '../../../lib/client.ts';
import { formatAgo, formatBytes, formatCount, formatNumber } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';
import { AskedSource, SourcePage } from '../source-page.tsx';
import { NewestEvents } from './newest-events.tsx';
import { StreamWindows } from './stream-windows.tsx';
import { TopicDialog } from './topic-dialog.tsx';

const route = getRouteApi('/frame/data/streams/$topicId');
const refreshMs = 2000;

/** One topic: how much comes, what came last, its columns and its windows. */
export function StreamPage() {
  const { t } = useTranslation('streams');
  const { topicId: id } = route.useParams();
  const asked = useQuery({
    queryKey: queryKeys.topic(id),
    queryFn: ({ signal }) => client.streams.get({ params: { id }, signal }),
    refetchInterval: refreshMs,
  });
  return (
    <AskedSource title={t('title')} asked={asked}>
      {(topic) => <Loaded topic={topic} />}
    </AskedSource>
  );
}

function Loaded({ topic }: { topic: Topic }) {
  const { t } = useTranslation('streams');
  const { topic_id: id } = topic;
  const mayChange = usePermission('streams:write');
  const [task, setTask] = useState<'edit' | 'remove' | null>(null);
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: queryKeys.topics });
  const { hours, megabytes } = topic.retention;
  const facts: [string, string][] = [
    [t('per_second'), formatNumber(topic.events_per_second, 3)],
    [t('accepted'), formatCount(topic.next_offset)],
    [t('waiting'), formatCount(topic.next_offset - topic.landed_offset)],
    [t('last_landed'), topic.landed_at === null ? t('never') : formatAgo(topic.landed_at)],
    [t('listening'), formatCount(topic.consumers)],
    [t('kept'), formatBytes(topic.kept_bytes)],
    [t('kept_for'), t('retention_is', { hours: formatCount(hours), megabytes: formatCount(megabytes) })],
    [t('on_invalid'), t(`on_invalid_${topic.on_invalid}`)],
  ];
  const land = useMutation({
    mutationFn: () => client.streams.land({ params: { id } }),
    onSuccess: () => toast(t('landed')),
    onSettled: refresh,
  });
  return (
    <SourcePage
      name={topic.name}
      list={{ to: '/data/streams', title: t('title') }}
      about={<span className="min-w-0">{topic.description}</span>}
      actions={
        <>
          {mayChange && (
            <Button disabled={land.isPending} onClick={() => land.mutate()}>
              {t(land.isPending ? 'landing' : 'land')}
            </Button>
          )}
          <Link
            to="/data/$datasetId"
            params={{ datasetId: topic.dataset_id }}
            className={buttonClass({ look: 'primary' })}
          >
            {t('open_dataset')}
          </Link>
        </>
      }
      menu={
        mayChange && (
          <>
            <MenuItem onSelect={() => setTask('edit')}>{t('edit')}</MenuItem>
            <MenuItem tone="critical" onSelect={() => setTask('remove')}>
              {t('remove')}
            </MenuItem>
          </>
        )
      }
    >
      {land.error !== null && <ErrorNotice error={land.error} />}
      <dl className={`${panelClass} grid grid-cols-2 gap-x-6 gap-y-4 p-4 sm:grid-cols-4`}>
        {facts.map(([name, value]) => (
          <div key={name} className="min-w-0">
            <dt className="text-small text-ink-soft">{name}</dt>
            <dd className="font-medium tabular-nums wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
      <NewestEvents topic={topic} />
      <StreamWindows topic={topic} mayChange={mayChange} />
      <Section title={t('schema')}>
        <PlainTable
          label={t('schema')}
          headings={[{ label: t('name') }, { label: t('type') }, { label: t('required') }].map((each) => ({
            ...each,
            className: `${cellClass} text-start`,
          }))}
        >
          {topic.columns.map(({ name, type, required }) => (
            <tr key={name}>
              <td className={`${cellClass} font-mono`}>{name}</td>
              <td className={cellClass}>{type}</td>
              <td className={cellClass}>{t(required ? 'yes' : 'no')}</td>
            </tr>
          ))}
        </PlainTable>
      </Section>
      {task === 'edit' && (
        <TopicDialog
          present={topic}
          onClose={() => setTask(null)}
          onDone={() => {
            setTask(null);
            toast(t('saved'));
          }}
        />
      )}
      {task === 'remove' && <RemoveTopic topic={topic} onClose={() => setTask(null)} />}
    </SourcePage>
  );
}

/** What it keeps cannot be had again, so its name is asked for. */
function RemoveTopic({ topic, onClose }: { topic: Topic; onClose: () => void }) {
  const { t } = useTranslation('streams');
  const { topic_id: id, name } = topic;
  const [typed, setTyped] = useState('');
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return (
    <ConfirmDialog
      title={t('remove_title')}
      text={t('remove_text', { count: topic.next_offset - topic.first_offset })}
      button={t('remove')}
      danger
      ready={typed === name}
      onClose={onClose}
      run={async () => {
        await client.streams.remove({ params: { id } });
        await navigate({ to: '/data/streams' });
        await queryClient.invalidateQueries({ queryKey: queryKeys.topics });
      }}
    >
      <Field label={t('remove_type', { name })}>
        {(props) => (
          <Input
            {...props}
            autoComplete="off"
            spellCheck={false}
            className="font-mono"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
