import type { ModelEvaluation } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, Select } from '../../../../components/field.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { Section } from '../../../../components/page.tsx';
import { Skeleton } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { formatCount } from '../../../../lib/format.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { Beeswarm } from './beeswarm.tsx';
import { DependenceChart } from './dependence-chart.tsx';
import { ImportanceChart } from './importance-chart.tsx';

/**
 * What the model goes by: by shuffling, by what each column adds, and how one column works. An explanation that
 * was asked for is waited for even when another is looked at: it is kept.
 */
export function ExplanationTab({ evaluation }: { evaluation: ModelEvaluation }) {
  const { t } = useTranslation('models');
  const { labels } = evaluation;
  const [label, setLabel] = useState<string | undefined>(labels.at(-1));
  return (
    <div className="grid grid-cols-1 gap-8">
      {labels.length > 0 && (
        <div className="w-80 max-w-full">
          <Field label={t('explained_class')}>
            {(field) => (
              <Select {...field} value={label} onChange={({ target }) => setLabel(target.value)}>
                {labels.map((each) => (
                  <option key={each}>{each}</option>
                ))}
              </Select>
            )}
          </Field>
        </div>
      )}
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
        {evaluation.importance.length > 0 && <ImportanceChart evaluation={evaluation} />}
        <Global evaluation={evaluation} label={label} />
      </div>
      <Dependence evaluation={evaluation} label={label} />
    </div>
  );
}

interface Explained {
  evaluation: ModelEvaluation;
  label: string | undefined;
}

function Global({ evaluation, label }: Explained) {
  const { t } = useTranslation('models');
  const { model_id: id, number } = evaluation;
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.modelPart(id, 'global', { number, label }),
    queryFn: () =>
      client.predictions.explain({
        params: { id },
        body: { kind: 'global', version: String(number), ...(label !== undefined && { label }) },
      }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: 1,
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton className="h-96" />;
  if (data.kind !== 'global') return null;
  return (
    <div>
      <Beeswarm explanation={data} unit={evaluation.labels.length > 0 ? null : evaluation.target} />
      <p className="mt-2 text-small text-ink-faint">
        {t('explained_rows', { count: data.rows, shown: formatCount(data.rows) })}
      </p>
    </div>
  );
}

function Dependence({ evaluation, label }: Explained) {
  const { t } = useTranslation('models');
  const { model_id: id, number, signature, importance } = evaluation;
  const usual = importance[0]?.column ?? signature[0]?.name ?? '';
  const [column, setColumn] = useState(usual);
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.modelPart(id, 'dependence', { number, label, column }),
    queryFn: () =>
      client.predictions.explain({
        params: { id },
        body: {
          kind: 'dependence',
          version: String(number),
          column,
          ...(label !== undefined && { label }),
        },
      }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: 1,
    enabled: column !== '',
  });
  if (column === '') return null;
  return (
    <Section
      title={t('dependence')}
      actions={
        <Select
          aria-label={t('column')}
          className="w-56!"
          value={column}
          onChange={({ target }) => setColumn(target.value)}
        >
          {signature.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      }
    >
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data?.kind !== 'dependence' ? (
        <Skeleton className="h-96" />
      ) : (
        <DependenceChart dependence={data} evaluation={evaluation} />
      )}
    </Section>
  );
}
