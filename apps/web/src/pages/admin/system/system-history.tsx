import type { SystemHistory as History } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { ChartLine } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../components/chart/chart-panel.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import type { Column, Row } from '../../../lib/cell.ts';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

type Point = History['points'][number];
type Measure = Exclude<keyof Point, 'at'>;

const spans = ['1', '6', '24'] as const;
const everyMs = 60_000;

/** How it stood over the last hours, a point for each few minutes. */
export function SystemHistory() {
  const { t } = useTranslation('system');
  const [hours, setHours] = useState<(typeof spans)[number]>('24');
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.systemHistory(hours),
    queryFn: ({ signal }) => client.system.history({ query: { hours: Number(hours) }, signal }),
    refetchInterval: everyMs,
  });
  return (
    <div className="grid grid-cols-1 gap-4">
      <div>
        <Segmented
          label={t('span')}
          value={hours}
          onChange={setHours}
          options={spans.map((value) => ({ value, label: t(`span_${value}`) }))}
        />
      </div>
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={2} className="h-80" />
      ) : data.points.length < 2 ? (
        <EmptyState icon={ChartLine} title={t('no_history')}>
          {t('no_history_text')}
        </EmptyState>
      ) : (
        <Charts points={data.points} />
      )}
    </div>
  );
}

function Charts({ points }: { points: readonly Point[] }) {
  const { t } = useTranslation('system');
  return (
    <div className="grid grid-cols-1 gap-4 xl:grid-cols-2">
      <Chart
        title={t('chart_requests')}
        unit={t('unit_per_second')}
        points={points}
        measures={['requests_per_second', 'failed_per_second', 'statements_per_second']}
      />
      <Chart
        title={t('chart_times')}
        unit={t('unit_ms')}
        points={points}
        measures={['p50_ms', 'p95_ms', 'p99_ms']}
      />
      <Chart
        title={t('chart_machine')}
        unit={t('unit_percent')}
        points={points}
        measures={['cpu_percent', 'memory_percent', 'disk_percent']}
        top={100}
      />
      <Chart title={t('chart_queues')} unit={t('unit_jobs')} points={points} measures={['jobs_waiting']} />
    </div>
  );
}

function Chart({
  title,
  unit,
  points,
  measures,
  top,
}: {
  title: string;
  unit: string;
  points: readonly Point[];
  measures: readonly Measure[];
  top?: number;
}) {
  const { t } = useTranslation('system');
  const timeName = t('time');
  const figureName = t('figure');
  // The list is written anew with each drawing of the page; what is in it is what counts.
  const wanted = measures.join(' ');
  const { columns, rows, spec } = useMemo(() => {
    const shown = wanted.split(' ') as Measure[];
    const names = shown.map((measure) => t(`measure_${measure}`));
    const drawn: Column[] = [
      { name: timeName, type: 'timestamp' },
      { name: figureName, type: 'text' },
      { name: unit, type: 'number' },
    ];
    const values: Row[] = shown.flatMap((measure, at) =>
      points.map((point) => [point.at, names[at] ?? measure, point[measure]]),
    );
    const colour =
      shown.length === 1
        ? {}
        : {
            color: {
              field: figureName,
              type: 'nominal',
              scale: { domain: names },
              legend: { orient: 'top', title: null },
            },
          };
    return {
      columns: drawn,
      rows: values,
      spec: {
        data: { name: 'rows' },
        mark: {
          type: 'line',
          interpolate: shown.length === 1 ? 'step-after' : 'monotone',
          strokeWidth: 1.75,
        },
        encoding: {
          x: { field: timeName, type: 'temporal', title: null },
          y: {
            field: unit,
            type: 'quantitative',
            title: unit,
            scale: top === undefined ? { domainMin: 0 } : { domain: [0, top] },
          },
          ...colour,
        },
      },
    };
  }, [points, wanted, unit, top, t, timeName, figureName]);
  return <ChartPanel title={title} spec={spec} columns={columns} rows={rows} />;
}
