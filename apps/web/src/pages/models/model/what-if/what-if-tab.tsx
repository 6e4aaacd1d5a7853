import type { ModelEvaluation, PredictionRow } from '@stroma/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { RotateCcw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { panelClass, Section } from '../../../../components/page.tsx';
import { Skeleton } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { Counterfactuals } from './counterfactuals.tsx';
import { Outcome } from './outcome.tsx';
import { RowChoice } from './row-choice.tsx';
import { SignatureField } from './signature-field.tsx';
import { Waterfall } from './waterfall.tsx';

const settledMs = 120;
const firstColumns = 30;

/** A row to play with: what the model says of it, how sure, why, and what would change it. */
export function WhatIfTab({ evaluation }: { evaluation: ModelEvaluation }) {
  const { t } = useTranslation('models');
  const { signature, model_id: id, number } = evaluation;
  const [row, setRow] = useState<PredictionRow>(() => typicalRow(evaluation));
  const [all, setAll] = useState(false);
  const asked = useSettled(row);
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: queryKeys.prediction(id, { number, row: asked }),
    queryFn: () =>
      client.predictions.predict({
        body: { model_id: id, version: String(number), rows: [asked], explain: true, what_if: true },
      }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const [said] = data?.predictions ?? [];
  const shown = all ? signature : signature.slice(0, firstColumns);
  return (
    <div className="grid grid-cols-1 items-start gap-8 lg:grid-cols-[minmax(18rem,26rem)_minmax(0,1fr)]">
      <Section
        title={t('row')}
        actions={
          <>
            <RowChoice evaluation={evaluation} onRow={setRow} />
            <Button size="small" onClick={() => setRow(typicalRow(evaluation))}>
              <RotateCcw size={14} aria-hidden />
              {t('typical_row')}
            </Button>
          </>
        }
      >
        <div className={`${panelClass} grid gap-4 p-4`}>
          {shown.map((column) => (
            <SignatureField
              key={column.name}
              column={column}
              value={row[column.name] ?? null}
              onChange={(value) => setRow((now) => ({ ...now, [column.name]: value }))}
            />
          ))}
          {signature.length > shown.length && (
            <Button size="small" look="quiet" onClick={() => setAll(true)}>
              {t('all_columns', { count: signature.length })}
            </Button>
          )}
        </div>
      </Section>
      <div className="grid min-w-0 grid-cols-1 gap-8 lg:sticky lg:top-16" aria-busy={isFetching}>
        {error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : said === undefined ? (
          <Skeleton className="h-96" />
        ) : (
          <>
            <Outcome prediction={said} evaluation={evaluation} />
            {said.explanation !== null && (
              <Waterfall explanation={said.explanation} target={evaluation.target} />
            )}
            <Counterfactuals evaluation={evaluation} row={asked} said={said} onRow={setRow} />
          </>
        )}
      </div>
    </div>
  );
}

const typicalRow = ({ signature }: ModelEvaluation): PredictionRow =>
  Object.fromEntries(signature.map(({ name, typical }) => [name, typical]));

/** What was set once nothing has changed for a moment. */
function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), settledMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
