import type { ModelMonitor, RuleState } from '@stroma/contracts';
import {
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  EyeOff,
  OctagonAlert,
  TriangleAlert,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';

const looks = {
  firing: { icon: OctagonAlert, tone: 'critical' },
  failed: { icon: CircleX, tone: 'critical' },
  drifting: { icon: TriangleAlert, tone: 'warning' },
  drifting_so_far: { icon: TriangleAlert, tone: 'warning' },
  blind: { icon: EyeOff, tone: 'warning' },
  paused: { icon: CirclePause, tone: 'plain' },
  waiting: { icon: CircleDashed, tone: 'plain' },
  good: { icon: CircleCheck, tone: 'good' },
} as const;
export type Health = keyof typeof looks;

/** The one word for how a watched model stands: what most needs somebody first. */
export function healthOf({ paused, logging, newest, present, rule_states }: ModelMonitor): Health {
  if (paused) return 'paused';
  if (rule_states.some(({ state }) => state === 'firing')) return 'firing';
  if (newest?.status === 'failed') return 'failed';
  if (present?.severity === 'moderate' || present?.severity === 'severe')
    return present.whole ? 'drifting' : 'drifting_so_far';
  if (!logging) return 'blind';
  return present === null || present.severity === null ? 'waiting' : 'good';
}

export function HealthMark({ monitor }: { monitor: ModelMonitor }) {
  const { t } = useTranslation('monitoring');
  const health = healthOf(monitor);
  const { icon: Icon, tone } = looks[health];
  return (
    <Badge tone={tone}>
      <Icon size={12} aria-hidden />
      {t(`health_${health}`)}
    </Badge>
  );
}

const severityTones = { none: 'good', slight: 'info', moderate: 'warning', severe: 'critical' } as const;

export function SeverityMark({ severity }: { severity: keyof typeof severityTones | null }) {
  const { t } = useTranslation('monitoring');
  return (
    <Badge tone={severity === null ? 'plain' : severityTones[severity]}>
      {t(`severity_${severity ?? 'unknown'}`)}
    </Badge>
  );
}

const ruleLooks = {
  ok: { icon: CircleCheck, tone: 'good' },
  firing: { icon: OctagonAlert, tone: 'critical' },
  unknown: { icon: CircleDashed, tone: 'plain' },
} as const;

export function RuleMark({ state }: { state: RuleState }) {
  const { t } = useTranslation('monitoring');
  const { icon: Icon, tone } = ruleLooks[state];
  return (
    <Badge tone={tone}>
      <Icon size={12} aria-hidden />
      {t(`rule_${state}`)}
    </Badge>
  );
}
