import type { ModelDrift, ModelFairness } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';
import { ProvenanceButton } from '../../../../components/provenance/provenance-button.tsx';
import { formatMoment } from '../../../../lib/format.ts';

const verdictTones = { within: 'good', unclear: 'plain', beyond: 'critical' } as const;
const severityTones = { none: 'good', slight: 'info', moderate: 'warning', severe: 'critical' } as const;

export function VerdictMark({ verdict }: { verdict: keyof typeof verdictTones }) {
  const { t } = useTranslation('models');
  return <Badge tone={verdictTones[verdict]}>{t(`verdict_${verdict}`)}</Badge>;
}

export function SeverityOfDrift({ severity }: { severity: keyof typeof severityTones }) {
  const { t } = useTranslation('models');
  return <Badge tone={severityTones[severity]}>{t(`drift_${severity}`)}</Badge>;
}

/** The values that make a group; a dash for a missing one. */
export const groupName = (group: Readonly<Record<string, string | null>>): string =>
  Object.values(group)
    .map((value) => value ?? '–')
    .join(', ');

/** By whom and when a report was made, and where it came from. */
export function ReportLine({ report }: { report: ModelFairness | ModelDrift }) {
  const { t } = useTranslation('models');
  return (
    <div className="flex flex-wrap items-center gap-3 text-small text-ink-faint">
      <span>
        {t('report_by', {
          name: report.created_by.name ?? t('somebody'),
          time: formatMoment(report.created_at),
        })}
      </span>
      <ProvenanceButton id={report.provenance_id} size="small" />
    </div>
  );
}
