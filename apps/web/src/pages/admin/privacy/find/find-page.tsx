import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { ErrorNotice, Notice } from '../../../../components/notice.tsx';
import { Page, panelClass, Section } from '../../../../components/page.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { usePermission } from '../../../../lib/session.ts';
import { useFollowedJob } from '../../backups/followed-job.ts';
import { linesOf, TextArea } from '../form-dialog.tsx';
import { Findings } from './findings.tsx';
import { type Manner, MatchFields } from './match-fields.tsx';

/** Finds a person without a request: to know whether there is anything at all. */
export function FindPage() {
  const { t } = useTranslation('privacy');
  const maySearch = usePermission('privacy:write');
  const [text, setText] = useState('');
  const [manner, setManner] = useState<Manner>({ match: 'normalised', columns: 'personal' });
  const [searchId, setSearchId] = useState<string | null>(null);
  const found = useQuery({
    queryKey: queryKeys.personSearch(searchId ?? ''),
    queryFn: ({ signal }) => client.persons.found({ params: { id: searchId ?? '' }, signal }),
    enabled: searchId !== null,
  });
  const job = useFollowedJob(() => void found.refetch());
  const identifiers = linesOf(text);
  const isReady = identifiers.length > 0 && identifiers.every((each) => each.length > 1) && !job.running;
  const begin = () =>
    void job.follow(
      client.persons.search({ body: { identifiers, ...manner } }).then((begun) => {
        setSearchId(begun.search_id);
        return begun;
      }),
    );
  return (
    <Page wide title={t('find')} intro={t('find_intro')}>
      <div className="grid grid-cols-1 gap-8">
        {maySearch ? (
          <form
            className={`${panelClass} grid max-w-3xl grid-cols-1 gap-4 p-4`}
            onSubmit={(event) => {
              event.preventDefault();
              if (isReady) begin();
            }}
          >
            <TextArea label={t('identifiers')} hint={t('identifiers_hint')} value={text} onChange={setText} />
            <MatchFields manner={manner} onChange={setManner} />
            <div className="flex justify-end">
              <Button type="submit" look="primary" disabled={!isReady}>
                <Search size={16} aria-hidden />
                {job.running ? t('searching') : t('search_now')}
              </Button>
            </div>
          </form>
        ) : (
          <Notice tone="info">{t('search_text')}</Notice>
        )}
        {job.error !== null && <ErrorNotice error={job.error} title={t('search_failed')} />}
        {searchId !== null && job.error === null && (
          <Section title={t('search')}>
            {found.data?.findings ? (
              <Findings search={found.data} findings={found.data.findings} />
            ) : (
              <SkeletonRows rows={4} />
            )}
          </Section>
        )}
      </div>
    </Page>
  );
}
