import type { Threat, ThreatAction, ThreatSeverity, ThreatStatus } from '@stroma/contracts';
import clsx from 'clsx';
import i18next from 'i18next';
import { Circle, CircleCheck, CircleDot, OctagonAlert, Siren, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { formatNumber } from '../../../lib/format.ts';

const severities = {
  low: { icon: Circle, className: 'text-ink-soft' },
  medium: { icon: TriangleAlert, className: 'text-warning' },
  high: { icon: OctagonAlert, className: 'text-critical' },
  critical: { icon: Siren, className: 'font-semibold text-critical' },
} as const;

/** How grave it is: circle, triangle, octagon or siren, each in its colour, with its word. */
export function ThreatSeverityMark({ severity }: { severity: ThreatSeverity }) {
  const { t } = useTranslation('security');
  const { icon: Icon, className } = severities[severity];
  return (
    <span className={clsx('inline-flex items-center gap-2 whitespace-nowrap', className)}>
      <Icon size={16} aria-hidden className="shrink-0" />
      {t(`severity_${severity}`)}
    </span>
  );
}

const statuses = {
  open: { tone: 'warning', icon: CircleDot },
  acknowledged: { tone: 'info', icon: Circle },
  resolved: { tone: 'plain', icon: CircleCheck },
} as const satisfies Record<ThreatStatus, object>;

export function ThreatStatusMark({ threat: { status, verdict } }: { threat: Threat }) {
  const { t } = useTranslation('security');
  const { tone, icon: Icon } = statuses[status];
  return (
    <Badge tone={tone}>
      <Icon size={12} aria-hidden />
      {t(verdict === null ? `status_${status}` : `verdict_${verdict}`)}
    </Badge>
  );
}

/** What was done without anybody being asked; a dash for nothing. */
export function ActionWords({ actions }: { actions: readonly ThreatAction[] }) {
  const { t } = useTranslation('security');
  if (actions.length === 0) return <span className="text-ink-faint">{t('action_none')}</span>;
  return <>{actions.map((action) => t(`action_${action}`)).join(' · ')}</>;
}

/** The heart of the evidence in a sentence. */
export function useThreatSentence(): (threat: Threat) => string {
  const { t } = useTranslation('security');
  return ({ rule, evidence }) => {
    const said = Object.fromEntries(
      Object.entries(evidence).map(([name, value]) => [name, spoken(name, value)]),
    ) as Record<string, string>;
    switch (rule) {
      case 'faster_than_travel':
      case 'accounts_from_one_address':
      case 'addresses_for_one_account':
      case 'accounts_overall':
      case 'own_role':
      case 'many_doors':
      case 'many_refusals':
      case 'key_outside_its_addresses':
      case 'in_question':
      case 'in_data':
        return t(`rule_${rule}` as 'rule_many_doors', said as { kinds: string; tried: string });
      case 'more_than_usual':
        return t('rule_more_than_usual', {
          ...said,
          measure: t(`measure_${said.measure as 'rows'}`),
          span: t(`span_${said.span as 'day'}`),
        });
      default:
        return rule;
    }
  };
}

function spoken(name: string, value: Threat['evidence'][string]): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'number') return formatNumber(value, 6);
  const text = String(value ?? '–');
  return name === 'from' || name === 'to' ? placeName(text) : text;
}

/** Countries by their name where the person is: `Berlin, DE` is Berlin, Germany. */
export const placeName = (text: string): string =>
  text.replace(/\b[A-Z]{2}$/, (code) => {
    const names = new Intl.DisplayNames([i18next.language || 'en'], { type: 'region' });
    return names.of(code) ?? code;
  });
