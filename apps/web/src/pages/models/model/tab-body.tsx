import type { ModelEvaluation, ModelVersion } from '@stroma/contracts';
import { lazy } from 'react';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import type { ModelTab } from '../../../search-parameters.ts';
import { CardTab } from './card-tab.tsx';
import type { ModelPart } from './model-queries.ts';
import { VersionsTab } from './versions/versions-tab.tsx';

const QualityTab = lazy(async () => ({ default: (await import('./quality/quality-tab.tsx')).QualityTab }));
const ExplanationTab = lazy(async () => ({
  default: (await import('./explanation/explanation-tab.tsx')).ExplanationTab,
}));
const WhatIfTab = lazy(async () => ({ default: (await import('./what-if/what-if-tab.tsx')).WhatIfTab }));
const FairnessTab = lazy(async () => ({ default: (await import('./reports/fairness-tab.tsx')).FairnessTab }));
const DriftTab = lazy(async () => ({ default: (await import('./reports/drift-tab.tsx')).DriftTab }));
const MonitoringTab = lazy(async () => ({
  default: (await import('../monitoring/monitoring-tab.tsx')).MonitoringTab,
}));
const ChallengesTab = lazy(async () => ({
  default: (await import('./challenges/challenges-tab.tsx')).ChallengesTab,
}));
const GovernanceTab = lazy(async () => ({
  default: (await import('./governance/governance-tab.tsx')).GovernanceTab,
}));
const UseTab = lazy(async () => ({ default: (await import('./use/use-tab.tsx')).UseTab }));

export function TabBody({
  tab,
  versions,
  evaluation,
  ...part
}: ModelPart & {
  tab: ModelTab;
  versions: readonly ModelVersion[];
  evaluation: ModelEvaluation | null;
}) {
  if (evaluation === null && tab !== 'versions' && tab !== 'card' && tab !== 'governance')
    return <SkeletonRows rows={6} className="h-12" />;
  switch (tab) {
    case 'versions':
      return <VersionsTab {...part} versions={versions} />;
    case 'governance':
      return <GovernanceTab {...part} />;
    case 'card':
      return <CardTab {...part} />;
    case 'quality':
      return evaluation && <QualityTab evaluation={evaluation} />;
    case 'explanation':
      return evaluation && <ExplanationTab evaluation={evaluation} />;
    case 'what_if':
      return evaluation && <WhatIfTab key={evaluation.version_id} evaluation={evaluation} />;
    case 'fairness':
      return evaluation && <FairnessTab evaluation={evaluation} />;
    case 'drift':
      return evaluation && <DriftTab evaluation={evaluation} />;
    case 'monitoring':
      return <MonitoringTab model={part.model} />;
    case 'challenges':
      return evaluation && <ChallengesTab model={part.model} versions={versions} evaluation={evaluation} />;
    case 'use':
      return evaluation && <UseTab evaluation={evaluation} />;
  }
}
