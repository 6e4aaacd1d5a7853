import { useInfiniteQuery } from '@tanstack/react-query';
import { MailOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Page, panelClass } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { copyText } from '../../../lib/copy.ts';
import { formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

const pageSize = 20;

/** Mail that waits because no mail server is set, for an administrator to hand on. */
export function OutboxPage() {
  const { t } = useTranslation('account');
  const mails = useInfiniteQuery({
    queryKey: queryKeys.outbox,
    queryFn: ({ pageParam, signal }) =>
      client.mail.outbox({ query: { limit: pageSize, ...(pageParam && { cursor: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
  const [first] = mails.data?.pages ?? [];
  const items = mails.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={t('outbox')}>
      <div className="grid gap-4">
        {first ? (
          <Notice tone={first.kind === 'smtp' ? 'info' : 'warning'}>
            {t(first.kind === 'smtp' ? 'outbox_smtp' : 'outbox_intro')}
          </Notice>
        ) : null}
        {mails.error ? (
          <ErrorNotice error={mails.error} onRetry={() => void mails.refetch()} />
        ) : mails.isPending ? (
          <SkeletonRows rows={3} className="h-24" />
        ) : items.length === 0 ? (
          <EmptyState icon={MailOpen} title={t('outbox_none')}>
            {t('outbox_none_text')}
          </EmptyState>
        ) : (
          <ul className="grid gap-4">
            {items.map((mail) => (
              <li key={mail.message_id} className={`${panelClass} p-4`}>
                <div className="flex flex-wrap items-start justify-between gap-2">
                  <div className="min-w-0 flex-1 basis-48">
                    <h2 className="font-medium wrap-anywhere">{mail.subject}</h2>
                    <p className="text-small text-ink-faint wrap-anywhere">
                      {t('outbox_to', { to: mail.to, time: formatTime(mail.written_at) })}
                    </p>
                  </div>
                  <Button size="small" onClick={() => void copyText(mail.text)}>
                    {t('copy')}
                  </Button>
                </div>
                <p className="mt-3 whitespace-pre-wrap text-ink-soft wrap-anywhere">{mail.text}</p>
              </li>
            ))}
          </ul>
        )}
        {mails.hasNextPage ? (
          <Button className="justify-self-start" onClick={() => void mails.fetchNextPage()}>
            {t('more')}
          </Button>
        ) : null}
      </div>
    </Page>
  );
}
