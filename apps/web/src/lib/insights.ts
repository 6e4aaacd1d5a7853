import type { Finding, InsightReport } from '@stroma/contracts';
import { queryOptions } from '@tanstack/react-query';
import { client } from './client.ts';
import { queryKeys } from './query-keys.ts';
import { toCsv } from './table-export.ts';

export interface InsightsOf {
  datasetId: string;
  versionId: string;
}

/** The newest that is kept of a version, as the asker sees it; null where none is. */
export const keptInsightsQuery = ({ datasetId, versionId }: InsightsOf) =>
  queryOptions({
    queryKey: queryKeys.datasetPart(datasetId, 'insights', { version: versionId }),
    queryFn: async ({ signal }): Promise<InsightReport | null> => {
      const query = { dataset_id: datasetId, version_id: versionId, limit: 1 };
      const { items } = await client.insights.list({ query, signal });
      const [newest] = items;
      return newest === undefined ? null : client.insights.get({ params: { id: newest.insight_id }, signal });
    },
  });

export function generateInsights({ datasetId, versionId }: InsightsOf, measure: string | null) {
  return client.insights.generate({
    body: {
      dataset_id: datasetId,
      version_id: versionId,
      ...(measure === null ? {} : { measure }),
    },
  });
}

const exported = [
  'finding_id',
  'group',
  'kind',
  'severity',
  'columns',
  'title',
  'text',
  'value',
  'lower',
  'upper',
  'from',
  'to',
  'effect',
  'effect_value',
  'p',
  'p_adjusted',
  'n',
  'sampled',
  'rows',
  'action',
  'sql',
] as const;

/** A line for each finding. */
export function insightsCsv(findings: readonly Finding[]): string {
  const columns = exported.map((name) => ({ name, type: 'text' as const }));
  return toCsv(
    columns,
    findings.map((each) => [
      each.finding_id,
      each.group,
      each.kind,
      each.severity,
      each.columns.join('; '),
      each.title,
      each.text,
      each.value,
      each.expected?.lower ?? null,
      each.expected?.upper ?? null,
      each.period?.from ?? null,
      each.period?.to ?? null,
      each.effect?.name ?? null,
      each.effect?.value ?? null,
      each.p,
      each.p_adjusted,
      each.n,
      each.sampled,
      each.rows.map(({ row }) => row).join('; '),
      each.action,
      each.sql,
    ]),
  );
}
