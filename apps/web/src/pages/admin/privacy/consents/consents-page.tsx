import type { Consent } from '@stroma/contracts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Download, Handshake, Search } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';
import { Button, buttonClass } from '../../../../components/button.tsx';
import { EmptyState } from '../../../../components/empty-state.tsx';
import { Input } from '../../../../components/field.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { Page, panelClass } from '../../../../components/page.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { formatTime } from '../../../../lib/format.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { usePermission } from '../../../../lib/session.ts';
import { GiveDialog, WithdrawDialog } from './consent-dialogs.tsx';

const tones = { in_force: 'good', withdrawn: 'plain', expired: 'warning' } as const;
const cell = 'px-2 py-2.5 text-start align-top sm:px-4';

/** Who agreed to what, until when. */
export function ConsentsPage() {
  const { t } = useTranslation('privacy');
  const { t: common } = useTranslation();
  const mayChange = usePermission('privacy:write');
  const [open, setOpen] = useState<'give' | Consent | null>(null);
  const [text, setText] = useState('');
  const [subject, setSubject] = useState('');
  const list = useInfiniteQuery({
    queryKey: queryKeys.consentList({}),
    queryFn: ({ pageParam, signal }) =>
      client.consents.list({
        query: { limit: 50, ...(pageParam !== null && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled: subject === '',
  });
  const found = useQuery({
    queryKey: queryKeys.consentList({ subject }),
    queryFn: ({ signal }) => client.consents.search({ body: { subject }, signal }),
    enabled: subject !== '',
  });
  const consents = subject === '' ? list.data?.pages.flatMap(({ items }) => items) : found.data?.items;
  const error = subject === '' ? list.error : found.error;
  const give = mayChange && (
    <Button look="primary" onClick={() => setOpen('give')}>
      <Handshake size={16} aria-hidden />
      {t('give')}
    </Button>
  );
  return (
    <Page
      wide
      title={t('consents_title')}
      intro={t('consents_intro')}
      actions={
        <>
          {mayChange && (
            <a className={buttonClass({})} href={client.consents.export.url({ query: {} })} download>
              <Download size={16} aria-hidden />
              {t('export_csv')}
            </a>
          )}
          {(subject !== '' || (consents !== undefined && consents.length > 0)) && give}
        </>
      }
    >
      <div className="grid grid-cols-1 gap-4">
        <form
          role="search"
          className="flex max-w-md items-center gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            setSubject(text.trim());
          }}
        >
          <Input
            type="search"
            aria-label={t('find_subject')}
            placeholder={t('find_subject')}
            maxLength={200}
            value={text}
            onChange={({ target }) => {
              setText(target.value);
              if (target.value === '') setSubject('');
            }}
          />
          <Button type="submit">
            <Search size={16} aria-hidden />
            {t('find_button')}
          </Button>
        </form>
        {error ? (
          <ErrorNotice error={error} onRetry={() => void (subject === '' ? list : found).refetch()} />
        ) : consents === undefined ? (
          <SkeletonRows rows={5} className="h-12" />
        ) : consents.length > 0 ? (
          <ConsentTable consents={consents} onWithdraw={mayChange ? setOpen : null} />
        ) : subject === '' ? (
          <EmptyState icon={Handshake} title={t('no_consent')} action={give}>
            {t('no_consent_text')}
          </EmptyState>
        ) : (
          <p className="text-ink-soft">{t('no_consent_match')}</p>
        )}
        {subject === '' && list.hasNextPage && (
          <div className="flex justify-center">
            <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {common('show_more')}
            </Button>
          </div>
        )}
      </div>
      {open === 'give' && <GiveDialog onClose={() => setOpen(null)} />}
      {open !== null && open !== 'give' && <WithdrawDialog consent={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}

function ConsentTable({
  consents,
  onWithdraw,
}: {
  consents: readonly Consent[];
  onWithdraw: ((consent: Consent) => void) | null;
}) {
  const { t } = useTranslation('privacy');
  return (
    <div className={`${panelClass} overflow-x-auto`}>
      <table className="w-full border-collapse">
        <thead>
          <tr className="border-b border-line text-small text-ink-soft">
            <th className={cell}>{t('subject')}</th>
            <th className={cell}>{t('purpose')}</th>
            <th className={cell}>{t('state')}</th>
            <th className={`${cell} hidden sm:table-cell`}>{t('given')}</th>
            <th className={`${cell} hidden lg:table-cell`}>{t('wording')}</th>
            <th className={cell}>
              <span className="sr-only">{t('withdraw')}</span>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {consents.map((consent) => (
            <tr key={consent.consent_id}>
              <td className={`${cell} font-medium`}>
                <span className="block min-w-20 wrap-anywhere">{consent.subject ?? t('erased_person')}</span>
              </td>
              <td className={cell}>{consent.purpose}</td>
              <td className={cell}>
                <Badge tone={tones[consent.state]}>{t(`state_${consent.state}`)}</Badge>
                {consent.withdrawn && (
                  <span className="mt-1 block text-small text-ink-soft">
                    {t('withdrawn_on', {
                      time: formatTime(consent.withdrawn.at),
                      name: consent.withdrawn.by_name,
                    })}
                  </span>
                )}
              </td>
              <td className={`${cell} hidden text-ink-soft sm:table-cell`}>
                {formatTime(consent.given_at)}
                <span className="block text-small text-ink-faint">{t(`given_by_${consent.given_by}`)}</span>
              </td>
              <td className={`${cell} hidden max-w-96 text-ink-soft lg:table-cell`}>
                {consent.wording_version !== '' && (
                  <span className="me-2 font-mono text-small text-ink">{consent.wording_version}</span>
                )}
                <span className="line-clamp-2">{consent.wording}</span>
              </td>
              <td className={`${cell} text-end`}>
                {onWithdraw && consent.state === 'in_force' && (
                  <Button size="small" onClick={() => onWithdraw(consent)}>
                    {t('withdraw')}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
