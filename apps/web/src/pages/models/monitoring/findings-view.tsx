import type { MonitorFindings } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Section } from '../../../components/page.tsx';
import { ColumnCloser } from './column-closer.tsx';
import { DriftMap } from './drift-map.tsx';
import { QualityOverTime } from './quality-over-time.tsx';
import { LatencyChart, VolumeChart } from './traffic-charts.tsx';
import { windowLabels } from './window-labels.ts';

/** What one look found, window by window: drift, quality, how much was asked and how fast it was answered. */
export function FindingsView({ findings }: { findings: MonitorFindings }) {
  const { t } = useTranslation('monitoring');
  const labels = windowLabels(findings.windows);
  return (
    <>
      <DriftMap findings={findings} labels={labels} />
      <Section title={t('quality')}>
        <QualityOverTime findings={findings} labels={labels} />
      </Section>
      <ColumnCloser findings={findings} />
      <div className="grid grid-cols-1 items-start gap-8 xl:grid-cols-2">
        <VolumeChart windows={findings.windows} labels={labels} />
        <LatencyChart windows={findings.windows} labels={labels} />
      </div>
    </>
  );
}
