import type { AuditEventDetail } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Facts } from '../../../components/facts.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatCount, formatMoment } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import type { AuditPageSearch } from './audit-page.tsx';
import { CompareText, holdsTexts } from './compare-text.tsx';
import { OutcomeMark } from './event-table.tsx';

/** One event with its place in the chain, checked when it is opened. */
export function EventPanel({
  id,
  onClose,
  onFilter,
}: {
  id: string | undefined;
  onClose: () => void;
  onFilter: (change: AuditPageSearch) => void;
}) {
  const { t } = useTranslation('audit');
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.auditEvent(id ?? ''),
    queryFn: ({ signal }) => client.audit.event({ params: { id: id ?? '' }, signal }),
    enabled: id !== undefined,
    // An event that was just written is linked within a second.
    refetchInterval: ({ state }) => (state.data?.intact === null ? 1000 : false),
  });
  return (
    <Dialog open={id !== undefined} onOpenChange={(open) => open || onClose()}>
      <DialogContent side title={data?.action ?? t('event')}>
        {error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows rows={8} />
        ) : (
          <EventFacts event={data} onFilter={onFilter} />
        )}
      </DialogContent>
    </Dialog>
  );
}

const code = (text: string): ReactNode => <code className="font-mono text-small wrap-anywhere">{text}</code>;
const orNone = (text: string | null): ReactNode => (text === null ? '–' : code(text));

function EventFacts({
  event,
  onFilter,
}: {
  event: AuditEventDetail;
  onFilter: (change: AuditPageSearch) => void;
}) {
  const { t } = useTranslation('audit');
  const { actor, object, link, seal } = event;
  const details = Object.entries(event.details ?? {});
  return (
    <div className="grid gap-6">
      {event.intact === false ? (
        <Notice tone="critical" title={t('event_altered')} />
      ) : (
        <Notice tone="plain" title={t(event.intact === null ? 'event_waiting' : 'event_intact')} />
      )}
      <Facts
        facts={[
          [
            t('time'),
            <time key="t" dateTime={event.time}>{`${formatMoment(event.time)} · ${event.time}`}</time>,
          ],
          [t('outcome'), <OutcomeMark key="o" outcome={event.outcome} />],
          [
            t('actor'),
            <span key="a">
              {actor.name} {code(actor.id)}
            </span>,
          ],
          [
            t('object'),
            object === null ? (
              '–'
            ) : (
              <span key="ob">
                {object.kind} {code(object.id)}
              </span>
            ),
          ],
          [t('address'), orNone(event.address)],
          [t('client'), event.user_agent ?? '–'],
          [t('credential'), orNone(event.credential_id)],
          [t('request'), code(event.request_id)],
          [t('event_id'), code(event.event_id)],
        ]}
      />
      <div className="flex flex-wrap gap-2">
        <Button size="small" onClick={() => onFilter({ actor: actor.id })}>
          {t('only_actor')}
        </Button>
        {object !== null && (
          <Button size="small" onClick={() => onFilter({ object: object.id })}>
            {t('only_object')}
          </Button>
        )}
      </div>
      {details.length > 0 && (
        <Section title={t('details')}>
          <Facts facts={details.map(([name, value]) => [name, code(String(value ?? '–'))] as const)} />
        </Section>
      )}
      {holdsTexts(details.map(([name]) => name)) && (
        <CompareText key={event.event_id} eventId={event.event_id} />
      )}
      <Section title={t('chain')}>
        <Facts
          facts={[
            [t('position'), event.position === null ? '–' : formatCount(event.position)],
            [t('before'), orNone(event.before_sha256)],
            [t('after'), orNone(event.after_sha256)],
            [t('content_hash'), code(event.content_sha256)],
            [t('previous_hash'), orNone(link?.previous_sha256 ?? null)],
            [t('link_hash'), orNone(link?.sha256 ?? null)],
            [
              t('seal'),
              seal === null
                ? '–'
                : `${formatCount(seal.number)}, ${formatMoment(seal.time)}, ${t(seal.signature_valid ? 'signature_fits' : 'signature_broken')}`,
            ],
          ]}
        />
      </Section>
    </div>
  );
}
