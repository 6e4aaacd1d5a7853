import type { AuditEvent } from '@stroma/contracts';
import clsx from 'clsx';
import { Ban, Check, type LucideIcon, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { cellClass as cell, PlainTable } from '../../../components/plain-table.tsx';
import { formatMoment } from '../../../lib/format.ts';

export function EventTable({
  events,
  onOpen,
}: {
  events: readonly AuditEvent[];
  onOpen: (eventId: string) => void;
}) {
  const { t } = useTranslation('audit');
  return (
    <PlainTable
      label={t('title')}
      headings={[
        { label: t('time') },
        { label: t('who'), className: clsx(cell, 'hidden sm:table-cell') },
        { label: t('action') },
        { label: t('object'), className: clsx(cell, 'hidden lg:table-cell') },
        { label: t('outcome'), className: clsx(cell, 'hidden sm:table-cell') },
        { label: t('from_where'), className: clsx(cell, 'hidden xl:table-cell') },
      ]}
    >
      {events.map((event) => (
        <tr key={event.event_id} className="hover:bg-hover">
          <td className={clsx(cell, 'sm:whitespace-nowrap')}>
            <button
              type="button"
              className="text-start underline-offset-2 hover:underline"
              onClick={() => onOpen(event.event_id)}
            >
              <time dateTime={event.time}>{formatMoment(event.time)}</time>
            </button>
            <span className="mt-1 block text-small text-ink-soft wrap-anywhere sm:hidden">
              {event.actor.name}
            </span>
          </td>
          <td className={clsx(cell, 'hidden min-w-40 break-words sm:table-cell')}>{event.actor.name}</td>
          <td className={cell}>
            <code className="font-mono text-small sm:whitespace-nowrap">{withBreaks(event.action)}</code>
            <span className="mt-1 block sm:hidden">
              <OutcomeMark outcome={event.outcome} />
            </span>
          </td>
          <td className={clsx(cell, 'hidden w-full max-w-0 lg:table-cell')}>
            {event.object === null ? (
              <span className="text-ink-faint">–</span>
            ) : (
              <span className="block truncate" title={event.object.id}>
                {event.object.kind}{' '}
                <code className="font-mono text-small text-ink-soft">{event.object.id}</code>
              </span>
            )}
          </td>
          <td className={clsx(cell, 'hidden sm:table-cell')}>
            <OutcomeMark outcome={event.outcome} />
          </td>
          <td className={clsx(cell, 'hidden font-mono text-small text-ink-soft xl:table-cell')}>
            {event.address ?? '–'}
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

/** On a narrow screen an action goes to a new line after its full stop, and nowhere else. */
function withBreaks(action: string) {
  const [resource, ...rest] = action.split('.');
  return (
    <>
      {resource}.<wbr className="sm:hidden" />
      {rest.join('.')}
    </>
  );
}

const marks = {
  success: { tone: 'none', icon: Check },
  refused: { tone: 'warning', icon: Ban },
  failure: { tone: 'critical', icon: TriangleAlert },
} as const satisfies Record<AuditEvent['outcome'], { tone: string; icon: LucideIcon }>;

export function OutcomeMark({ outcome }: { outcome: AuditEvent['outcome'] }) {
  const { t } = useTranslation('audit');
  const { tone, icon: Icon } = marks[outcome];
  return (
    <Badge tone={tone}>
      <Icon size={12} aria-hidden />
      {t(`outcome_${outcome}`)}
    </Badge>
  );
}
