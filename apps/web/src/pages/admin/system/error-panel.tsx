import type { SystemErrorDetail } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Check, Copy, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Facts } from '../../../components/facts.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { copyText } from '../../../lib/copy.ts';
import { formatAgo, formatCount, formatMoment } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { Who } from './who-met-it.tsx';

/** One error: its stack, who met it and when, and whether somebody has looked at it. */
export function ErrorPanel({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const { t } = useTranslation('system');
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.systemError(id ?? ''),
    queryFn: ({ signal }) => client.system.error({ params: { id: id ?? '' }, signal }),
    enabled: id !== undefined,
  });
  return (
    <Dialog open={id !== undefined} onOpenChange={(open) => open || onClose()}>
      <DialogContent side title={data === undefined ? t('error') : (data.code ?? data.name)}>
        {error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows rows={8} />
        ) : (
          <ErrorFacts error={data} />
        )}
      </DialogContent>
    </Dialog>
  );
}

const code = (text: string): ReactNode => (
  <code className="font-mono text-small wrap-anywhere select-all">{text}</code>
);

function ErrorFacts({ error }: { error: SystemErrorDetail }) {
  const { t } = useTranslation('system');
  return (
    <div className="grid grid-cols-1 gap-6">
      <p className="wrap-anywhere">{error.message}</p>
      <Seen error={error} />
      <Facts
        facts={[
          [t('times'), formatCount(error.occurrences)],
          [t('first_seen'), formatMoment(error.first_at)],
          [t('last_seen'), formatMoment(error.last_at)],
          [t('versions'), error.versions.join(', ')],
        ]}
      />
      <Section
        title={t('stack')}
        actions={
          error.stack.length > 0 && (
            <Button
              size="small"
              onClick={() => void copyText([`${error.name}: ${error.message}`, ...error.stack].join('\n'))}
            >
              <Copy size={14} aria-hidden />
              {t('copy')}
            </Button>
          )
        }
      >
        {error.stack.length === 0 ? (
          <p className="text-ink-soft">{t('no_stack')}</p>
        ) : (
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
            tabIndex={0}
            className="overflow-x-auto rounded-lg border border-line bg-sunken p-3 font-mono text-small text-ink-soft"
          >
            {error.stack.join('\n')}
          </pre>
        )}
      </Section>
      <Section title={t('latest')}>
        <ul className="grid gap-3">
          {error.latest.map((each) => (
            <li key={`${each.at} ${each.request_id}`} className="rounded-lg border border-line p-3">
              <p className="flex flex-wrap justify-between gap-x-4">
                <time dateTime={each.at}>{formatMoment(each.at)}</time>
                <Who met={each} />
              </p>
              <dl className="mt-1 grid gap-0.5 text-small text-ink-soft">
                {(
                  [
                    ['where', each.where],
                    ['request', each.request_id],
                    ['trace', each.trace_id],
                    ['job', each.job_id],
                  ] as const
                ).map(
                  ([name, value]) =>
                    value !== null && (
                      <div key={name} className="flex flex-wrap gap-x-2">
                        <dt>{t(name)}</dt>
                        <dd className="min-w-0">{code(value)}</dd>
                      </div>
                    ),
                )}
              </dl>
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}

function Seen({ error }: { error: SystemErrorDetail }) {
  const { t } = useTranslation('system');
  const queries = useQueryClient();
  const mark = useMutation({
    mutationFn: (seen: boolean) =>
      client.system.errorSeen({ params: { id: error.error_id }, body: { seen } }),
    onSuccess: (marked) => {
      queries.setQueryData(queryKeys.systemError(marked.error_id), marked);
      void queries.invalidateQueries({ queryKey: queryKeys.systemState });
      return queries.invalidateQueries({ queryKey: [...queryKeys.systemErrors, 'list'] });
    },
  });
  const isSeen = error.seen_at !== null;
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <Button
          look={isSeen ? 'quiet' : 'primary'}
          disabled={mark.isPending}
          onClick={() => mark.mutate(!isSeen)}
        >
          {isSeen ? <Undo2 size={16} aria-hidden /> : <Check size={16} aria-hidden />}
          {t(isSeen ? 'mark_new' : 'mark_seen')}
        </Button>
        {error.seen_at !== null && (
          <span className="text-small text-ink-soft">{t('seen_at', { when: formatAgo(error.seen_at) })}</span>
        )}
      </div>
      {mark.error && <ErrorNotice error={mark.error} />}
    </div>
  );
}
