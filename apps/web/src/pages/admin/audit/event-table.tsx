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
        { label: t('who') },
        { label: t('action') },
        { label: t('object'), className: clsx(cell, 'hidden md:table-cell') },
        { label: t('outcome'), className: clsx(cell, 'hidden sm:table-cell') },
        { label: t('from_where'), className: clsx(cell, 'hidden xl:table-cell') },
      ]}
    >
      {events.map((event) => (
        <tr key={event.event_id} className="hover:bg-hover">
          <td className={clsx(cell, 'tabular-nums sm:whitespace-nowrap')}>
            <button
              type="button"
              className="text-start underline-offset-2 hover:underline"
              onClick={() => onOpen(event.event_id)}
            >
              <time dateTime={event.time}>{formatMoment(event.time)}</time>
            </button>
          </td>
          <td className={clsx(cell, 'break-words')}>{event.actor.name}</td>
          <td className={cell}>
            <code className="font-mono text-small wrap-anywhere">{event.action}</code>
            <span className="mt-1 block sm:hidden">
              <OutcomeMark outcome={event.outcome} />
            </span>
          </td>
          <td className={clsx(cell, 'hidden max-w-80 md:table-cell')}>
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

const marks = {
  success: { tone: 'plain', icon: Check },
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
