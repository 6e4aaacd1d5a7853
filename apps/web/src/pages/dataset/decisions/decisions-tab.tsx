import type { IngestDecisionsDocument, IngestOverridesInput } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { ProgressBar } from '../../../components/progress-bar.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import type { DatasetPart } from '../shown-version.ts';
import { ColumnTypes } from './column-types.tsx';
import type { DecisionName } from './decision-choices.ts';
import { DecisionTable } from './decision-table.tsx';
import { useReingest } from './reingest.ts';

export type Draft = Partial<Record<DecisionName, unknown>>;

/** How the file was read, why, and the way to have it read otherwise. */
export function DecisionsTab({ dataset, version }: DatasetPart) {
  const { t } = useTranslation('dataset');
  const id = dataset.dataset_id;
  const query = { version_id: version.version_id };
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.datasetPart(id, 'decisions', query),
    queryFn: ({ signal }) => client.datasets.decisions({ params: { id }, query, signal }),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={8} />;
  return (
    <div className="grid grid-cols-1 gap-8">
      {data.warnings.length > 0 && (
        <Notice tone="warning" title={t('warnings')}>
          <ul className="mt-1 grid list-disc gap-1 ps-4">
            {data.warnings.map(({ code, message }) => (
              <li key={code + message}>{message}</li>
            ))}
          </ul>
        </Notice>
      )}
      <DecisionForm dataset={dataset} version={version} decisions={data.decisions} />
    </div>
  );
}

function DecisionForm({ dataset, version, decisions }: DatasetPart & { decisions: IngestDecisionsDocument }) {
  const { t } = useTranslation('dataset');
  const mayChange = usePermission('datasets:write');
  const [draft, setDraft] = useState<Draft>({});
  const [types, setTypes] = useState<Record<string, string>>({});
  const reingest = useReingest(dataset);
  const changes = Object.keys(draft).length + Object.keys(types).length;
  const readAgain = () => {
    const column_types = { ...version.overrides.column_types, ...types };
    reingest.start({
      ...version.overrides,
      ...draft,
      ...(Object.keys(column_types).length > 0 && { column_types }),
    } as IngestOverridesInput);
  };
  return (
    <>
      <Section title={t('decisions_title')}>
        <p className="-mt-2 mb-4 max-w-prose text-ink-soft">{t('decisions_intro')}</p>
        <DecisionTable
          decisions={decisions}
          draft={draft}
          disabled={!mayChange || reingest.busy}
          onChange={(name, value) =>
            setDraft(({ [name]: _, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }))
          }
        />
      </Section>
      <Section title={t('column_types')}>
        <ColumnTypes
          columns={decisions.columns}
          chosen={types}
          disabled={!mayChange || reingest.busy}
          onChoose={(name, type) =>
            setTypes(({ [name]: _, ...rest }) => (type === null ? rest : { ...rest, [name]: type }))
          }
        />
      </Section>
      {(changes > 0 || reingest.busy || reingest.failure) && (
        <div className="sticky bottom-4 z-10 grid gap-3 rounded-lg border border-line bg-raised p-4 shadow-float">
          {reingest.failure && <ErrorNotice error={reingest.failure} />}
          {reingest.busy ? (
            <div className="grid gap-2" role="status">
              <p>{reingest.job?.phase ?? t('reading_again')}</p>
              <ProgressBar value={reingest.job?.progress ?? 0} label={t('reading_again')} />
            </div>
          ) : (
            <div className="flex flex-wrap items-center justify-end gap-2">
              <p className="flex-1 font-medium">{t('changes', { count: changes })}</p>
              <Button
                onClick={() => {
                  setDraft({});
                  setTypes({});
                }}
              >
                {t('discard')}
              </Button>
              <Button look="primary" onClick={readAgain} disabled={changes === 0}>
                {t('read_again')}
              </Button>
            </div>
          )}
        </div>
      )}
    </>
  );
}
