import type { Finding, InsightReport } from '@stroma/contracts';
import { Link } from '@tanstack/react-router';
import { ChartLine, Code, MessageCircleQuestion, Rows3 } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { buttonClass } from '../../../components/button.tsx';
import { ChartPanel } from '../../../components/chart/chart-panel.tsx';
import { panelClass } from '../../../components/page.tsx';
import { cellClass, PlainTable } from '../../../components/plain-table.tsx';
import { SeverityMark } from '../../../components/severity-mark.tsx';
import { cellText } from '../../../lib/cell.ts';
import { formatCount, formatNumber } from '../../../lib/format.ts';
import { drawnFinding } from './finding-spec.ts';

/** One finding: what it says, its numbers, its chart and rows when asked for, and the query behind it. */
export function FindingCard({ finding, report }: { finding: Finding; report: InsightReport }) {
  const { t } = useTranslation('insights');
  const { severity, columns, title, text, action, chart, rows, sql } = finding;
  return (
    <article
      id={finding.finding_id}
      aria-label={title}
      className={`${panelClass} grid content-start gap-3 px-4 py-4`}
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <SeverityMark severity={severity} />
        <Badge>{t(`kind_${finding.kind}`)}</Badge>
        {finding.sampled && <Badge tone="info">{t('sampled', { count: formatCount(finding.n) })}</Badge>}
      </div>
      <h3 className="font-semibold wrap-anywhere">{title}</h3>
      <p className="max-w-prose text-ink-soft wrap-anywhere">{text}</p>
      {action !== null && (
        <p className="max-w-prose">
          <span className="font-medium">{t('action')}</span> {action}.
        </p>
      )}
      <Facts finding={finding} />
      <BasedOn finding={finding} report={report} />
      <div className="grid gap-2">
        {chart !== null && (
          <Fold icon={<ChartLine size={14} aria-hidden />} label={t('chart')}>
            <FindingChart title={title} chart={chart} />
          </Fold>
        )}
        {rows.length > 0 && (
          <Fold icon={<Rows3 size={14} aria-hidden />} label={t('rows', { count: rows.length })}>
            <FindingRows finding={finding} />
          </Fold>
        )}
        <Fold icon={<Code size={14} aria-hidden />} label={t('query')}>
          <pre className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-small whitespace-pre-wrap wrap-anywhere">
            {sql}
          </pre>
          <Link
            to="/ask"
            search={{ datasets: report.dataset_id, sql }}
            className={buttonClass({ size: 'small' }, 'mt-2')}
          >
            {t('run_query')}
          </Link>
        </Fold>
      </div>
      {columns.length > 0 && finding.group !== 'todo' && (
        <div>
          <Link
            to="/ask"
            search={{ datasets: report.dataset_id, q: questionOf(finding) }}
            className={buttonClass({ size: 'small' })}
          >
            <MessageCircleQuestion size={14} aria-hidden />
            {t('ask')}
          </Link>
        </div>
      )}
    </article>
  );
}

/** A question the reader of questions understands about what the finding is about. */
function questionOf({ kind, columns, period }: Finding): string {
  const [first = '', second = ''] = columns;
  if (kind === 'segment') return `average ${second} by ${first}`;
  if (kind === 'driver' || kind === 'association') return `average ${second} by ${first}`;
  if (period !== null && second !== '') return `average ${first} over ${second}`;
  return `summary of ${first}`;
}

function Facts({ finding }: { finding: Finding }) {
  const { t } = useTranslation('insights');
  const { expected, value, period, effect, p_adjusted: p, n } = finding;
  if (finding.group === 'todo') return null;
  const facts: [string, string][] = [
    ...(value === null ? [] : [[t('value'), formatNumber(value)] as [string, string]]),
    ...(expected === null
      ? []
      : [
          [t('expected'), `${formatNumber(expected.lower)} – ${formatNumber(expected.upper)}`] as [
            string,
            string,
          ],
        ]),
    ...(period === null ? [] : [[t('period'), `${period.from} – ${period.to}`] as [string, string]]),
    ...(effect === null
      ? []
      : [[t('effect'), `${formatNumber(effect.value)} (${effect.name})`] as [string, string]]),
    ...(p === null ? [] : [[t('p_adjusted'), p < 1e-15 ? '< 1e-15' : p.toPrecision(2)] as [string, string]]),
    [t('n'), formatCount(n)],
  ];
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1 text-small">
      {facts.map(([term, said]) => (
        <div key={term} className="contents">
          <dt className="text-ink-faint">{term}</dt>
          <dd className="font-mono wrap-anywhere">{said}</dd>
        </div>
      ))}
    </dl>
  );
}

function BasedOn({ finding, report }: { finding: Finding; report: InsightReport }) {
  const { t } = useTranslation('insights');
  const from = report.findings.filter(({ finding_id }) => finding.based_on.includes(finding_id));
  if (from.length === 0) return null;
  return (
    <p className="text-small text-ink-faint wrap-anywhere">
      {t('based_on')}{' '}
      {from.map(({ finding_id, title }) => (
        <a key={finding_id} href={`#${finding_id}`} className="text-accent underline underline-offset-2">
          {title}
        </a>
      ))}
    </p>
  );
}

/** Opens below its line; what is in it is made when it is first opened. */
function Fold({ icon, label, children }: { icon: ReactNode; label: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)} className="min-w-0">
      <summary className="flex w-fit cursor-pointer items-center gap-2 text-small text-ink-soft hover:text-ink">
        {icon}
        {label}
      </summary>
      {open && <div className="mt-2 min-w-0">{children}</div>}
    </details>
  );
}

function FindingChart({ title, chart }: { title: string; chart: NonNullable<Finding['chart']> }) {
  const drawn = useMemo(() => drawnFinding(chart), [chart]);
  return <ChartPanel title={title} {...drawn} />;
}

function FindingRows({ finding }: { finding: Finding }) {
  const { t } = useTranslation('insights');
  const names = Object.keys(finding.rows[0]?.values ?? {});
  return (
    <PlainTable
      label={finding.title}
      headings={[{ label: t('row') }, ...names.map((name) => ({ label: name }))]}
    >
      {finding.rows.map(({ row, values }) => (
        <tr key={row} className="font-mono text-small">
          <td className={cellClass}>{formatCount(row)}</td>
          {names.map((name) => (
            <td key={name} className={cellClass}>
              {cellText(values[name]) ?? t('missing')}
            </td>
          ))}
        </tr>
      ))}
    </PlainTable>
  );
}
