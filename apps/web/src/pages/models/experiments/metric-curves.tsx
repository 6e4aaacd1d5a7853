import type { MetricPoint, Run } from '@stroma/contracts';
import { useQueries } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../components/chart/chart-panel.tsx';
import { Field, Select } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { Skeleton } from '../../../components/skeleton.tsx';
import type { Column, Row } from '../../../lib/cell.ts';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

const mostPoints = 2000;

/** One metric over its steps, of each run on the same axes; which metric is chosen. */
export function CurveChoice({ runs, keys }: { runs: readonly Run[]; keys: readonly string[] }) {
  const { t } = useTranslation('models');
  const overSteps = keys.filter((key) => runs.some(({ metrics }) => (metrics[key]?.step ?? 0) > 0));
  const [picked, setPicked] = useState<string | null>(null);
  const usual = overSteps.find((each) => each.startsWith('learning_')) ?? overSteps[0];
  const key = picked !== null && overSteps.includes(picked) ? picked : usual;
  if (key === undefined) return null;
  return (
    <Section
      title={t('curves')}
      actions={
        overSteps.length > 1 && (
          <div className="w-56">
            <Field label={t('metric')}>
              {(field) => (
                <Select {...field} value={key} onChange={({ target }) => setPicked(target.value)}>
                  {overSteps.map((each) => (
                    <option key={each}>{each}</option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
        )
      }
    >
      <Curves key={key} runs={runs} metric={key} />
    </Section>
  );
}

const columns: readonly Column[] = [
  { name: 'run', type: 'text' },
  { name: 'step', type: 'integer' },
  { name: 'value', type: 'number' },
];

function Curves({ runs, metric }: { runs: readonly Run[]; metric: string }) {
  const { t } = useTranslation('models');
  const names = useMemo(() => distinctNames(runs), [runs]);
  const answers = useQueries({
    queries: runs.map(({ run_id }) => ({
      queryKey: queryKeys.runPart(run_id, 'metric', { metric }),
      queryFn: ({ signal }: { signal: AbortSignal }) => historyOf(run_id, metric, signal),
    })),
    combine: (all) => ({
      error: all.find(({ error }) => error !== null)?.error ?? null,
      points: all.every(({ data }) => data !== undefined) ? all.map(({ data }) => data ?? []) : null,
    }),
  });
  const rows = useMemo<Row[] | null>(
    () =>
      answers.points?.flatMap((points, at) =>
        points.flatMap(({ step, value }) =>
          typeof value === 'number' ? [[names[at] ?? '', step, value]] : [],
        ),
      ) ?? null,
    [answers.points, names],
  );
  const spec = useMemo(() => curveSpec(metric, t('step'), runs.length > 1), [metric, t, runs.length]);
  if (answers.error) return <ErrorNotice error={answers.error} />;
  if (rows === null) return <Skeleton className="h-96" />;
  if (answers.points?.every(({ length }) => length < 2))
    return <p className="text-ink-soft">{t('logged_once', { metric })}</p>;
  return <ChartPanel title={t('curve_of', { metric })} spec={spec} columns={columns} rows={rows} />;
}

async function historyOf(runId: string, key: string, signal: AbortSignal): Promise<MetricPoint[]> {
  const points: MetricPoint[] = [];
  let cursor: string | null = null;
  do {
    const query = { key, limit: 200, ...(cursor !== null && { cursor }) };
    const page: { items: MetricPoint[]; next_cursor: string | null } = await client.experiments.metricHistory(
      { params: { id: runId }, query, signal },
    );
    points.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null && points.length < mostPoints);
  return points;
}

/** Runs of one name are told apart by the end of their id. */
export function distinctNames(runs: readonly Run[]): string[] {
  const all = runs.map(({ name }) => name);
  return runs.map(({ name, run_id }) =>
    all.indexOf(name) === all.lastIndexOf(name) ? name : `${name} (${run_id.slice(-4)})`,
  );
}

const curveSpec = (metric: string, step: string, many: boolean): Record<string, unknown> => ({
  mark: { type: 'line', point: { size: 24 } },
  encoding: {
    x: { field: 'step', type: 'quantitative', title: step },
    y: { field: 'value', type: 'quantitative', title: metric, scale: { zero: false } },
    ...(many && {
      color: { field: 'run', type: 'nominal', title: null, legend: { orient: 'bottom', columns: 2 } },
    }),
  },
});
