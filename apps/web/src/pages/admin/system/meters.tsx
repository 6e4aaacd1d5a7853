import type { SystemState } from '@stroma/contracts';
import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import { panelClass, Section } from '../../../components/page.tsx';
import { formatBytes, formatCount, formatDuration, formatPercent } from '../../../lib/format.ts';

/** Processor, memory and disk, each with the mark from which administrators are told. */
export function Meters({ state }: { state: SystemState }) {
  const { t } = useTranslation('system');
  const { cpu, memory, disk, thresholds } = state;
  const of = (used: number, total: number) => t('of', { used: formatBytes(used), total: formatBytes(total) });
  return (
    <Section title={t('machine')} note={t('event_loop', { time: formatDuration(state.event_loop_p99_ms) })}>
      <div className="grid grid-cols-1 gap-3 lg:grid-cols-3">
        <Meter
          name={t('cpu')}
          percent={cpu.percent}
          threshold={thresholds.cpu ?? null}
          note={t('cpu_note', {
            cores: formatCount(cpu.cores),
            own: formatPercent(cpu.process_percent / 100, 0),
          })}
        />
        <Meter
          name={t('memory')}
          percent={memory.percent}
          threshold={thresholds.memory ?? null}
          note={`${of(memory.used_bytes, memory.total_bytes)} · ${t('own', { bytes: formatBytes(memory.process_bytes) })}`}
        />
        {disk === null ? (
          <div className={`${panelClass} px-4 py-3`}>
            <p className="text-small text-ink-soft">{t('disk')}</p>
            <p className="mt-1 text-ink-soft">{t('disk_unknown')}</p>
          </div>
        ) : (
          <Meter
            name={t('disk')}
            percent={disk.percent}
            threshold={thresholds.disk ?? null}
            note={of(disk.used_bytes, disk.total_bytes)}
          />
        )}
      </div>
    </Section>
  );
}

function Meter({
  name,
  percent,
  threshold,
  note,
}: {
  name: string;
  percent: number;
  threshold: number | null;
  note: string;
}) {
  const { t } = useTranslation('system');
  const short = threshold !== null && percent >= threshold;
  return (
    <div className={`${panelClass} px-4 py-3`}>
      <div className="flex items-baseline justify-between gap-4">
        <span className="text-small text-ink-soft">{name}</span>
        {threshold !== null && (
          <span className={clsx('text-small', short ? 'text-warning' : 'text-ink-faint')}>
            {t(short ? 'above_threshold' : 'told_from', { percent: formatPercent(threshold / 100, 0) })}
          </span>
        )}
      </div>
      <p className="mt-1 text-title font-semibold tabular-nums">{formatPercent(percent / 100, 0)}</p>
      <div
        role="meter"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(percent)}
        className="relative mt-2 h-2 rounded-full bg-hover"
      >
        <div
          className={clsx(
            'h-full rounded-full transition-[width] duration-300',
            short ? 'bg-warning' : 'bg-accent',
          )}
          style={{ width: `${Math.min(100, percent)}%` }}
        />
        {threshold !== null && (
          <span
            aria-hidden
            className="absolute -top-1 h-4 w-0.5 rounded bg-line-strong"
            style={{ insetInlineStart: `${threshold}%` }}
          />
        )}
      </div>
      <p className="mt-2 text-small text-ink-soft">{note}</p>
    </div>
  );
}
