import type { OwnSession } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Monitor, Terminal } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { panelClass, Section } from '../../components/page.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { client } from '../../lib/client.ts';
import { formatTime } from '../../lib/format.ts';
import { usePages } from '../../lib/pages.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { toast } from '../../lib/toasts.ts';

/** Where one is signed in, each of which can be ended. */
export function Sessions() {
  const { t } = useTranslation('account');
  const queryClient = useQueryClient();
  const sessions = usePages(queryKeys.ownSessions, (cursor, signal) =>
    client.sessions.list({ query: { limit: 20, ...cursor }, signal }),
  );
  const ended = () => {
    toast(t('session_ended'));
    void queryClient.invalidateQueries({ queryKey: queryKeys.ownSessions });
  };
  const end = useMutation({
    mutationFn: (id: string) => client.sessions.end({ params: { id } }),
    onSuccess: ended,
  });
  const endOthers = useMutation({ mutationFn: () => client.sessions.endOthers(), onSuccess: ended });
  const failed = end.error ?? endOthers.error;
  return (
    <Section
      title={t('sessions')}
      actions={
        (sessions.items?.length ?? 0) > 1 ? (
          <Button size="small" disabled={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {t('session_end_others')}
          </Button>
        ) : null
      }
    >
      {failed ? <ErrorNotice error={failed} /> : null}
      <PagedList pages={sessions} skeleton={{ rows: 2, className: 'h-14' }} empty={null}>
        {(items) => (
          <ul className={`${panelClass} divide-y divide-line`}>
            {items.map((each) => (
              <SessionLine
                key={each.session_id}
                session={each}
                busy={end.isPending}
                onEnd={() => end.mutate(each.session_id)}
              />
            ))}
          </ul>
        )}
      </PagedList>
    </Section>
  );
}

function SessionLine({ session, busy, onEnd }: { session: OwnSession; busy: boolean; onEnd: () => void }) {
  const { t } = useTranslation('account');
  const Icon = session.kind === 'browser' ? Monitor : Terminal;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
      <Icon size={16} aria-hidden className="shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <span>{deviceName(session.user_agent) ?? t('session_unknown')}</span>
          {session.current ? <Badge tone="accent">{t('session_current')}</Badge> : null}
          {session.second_factor ? <Badge tone="good">{t('session_second')}</Badge> : null}
        </p>
        <p className="text-small text-ink-faint">
          {t('session_line', {
            address: session.address ?? '?',
            method: t(`method_${session.method}`),
            seen: formatTime(session.last_seen_at),
            until: formatTime(session.expires_at),
          })}
        </p>
      </div>
      {session.current ? null : (
        <Button look="danger" size="small" disabled={busy} onClick={onEnd}>
          {t('session_end')}
        </Button>
      )}
    </li>
  );
}

/** The browser and system a user agent names, as far as a person would say them. */
function deviceName(userAgent: string | null): string | null {
  if (!userAgent) return null;
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\/(\d+)/.exec(userAgent);
  const system = /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(userAgent)?.[1];
  if (browser === null) return userAgent.slice(0, 60);
  const name = { Edg: 'Edge', OPR: 'Opera' }[browser[1] as 'Edg' | 'OPR'] ?? browser[1];
  return `${name} ${browser[2]}${system ? `, ${system.replace('Mac OS X', 'macOS')}` : ''}`;
}
