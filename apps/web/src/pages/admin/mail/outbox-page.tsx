import { useInfiniteQuery } from '@tanstack/react-query';
import { ChevronRight, MailOpen } from 'lucide-react';
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
          <ul className={`${panelClass} divide-y divide-line`}>
            {items.map((mail) => (
              <li key={mail.message_id} className="flex items-start gap-4 px-4 py-3">
                <details className="group min-w-0 flex-1">
                  <summary className="flex list-none gap-2 wrap-anywhere [&::-webkit-details-marker]:hidden">
                    <ChevronRight
                      size={16}
                      aria-hidden
                      className="mt-0.5 shrink-0 text-ink-faint transition-transform group-open:rotate-90 rtl:-scale-x-100"
                    />
                    <span className="min-w-0">
                      <span className="block font-medium">{mail.subject}</span>
                      <span className="block text-small text-ink-faint">
                        {t('outbox_to', { to: mail.to, time: formatTime(mail.written_at) })}
                      </span>
                    </span>
                  </summary>
                  <p className="mt-3 ps-6 whitespace-pre-wrap text-ink-soft wrap-anywhere">{mail.text}</p>
                </details>
                <Button size="small" onClick={() => void copyText(mail.text)}>
                  {t('copy')}
                </Button>
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
