import type { Counterfactuals as Found, ModelEvaluation, Prediction, PredictionRow } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { Field, Input, Select } from '../../../../components/field.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { panelClass, Section } from '../../../../components/page.tsx';
import { client } from '../../../../lib/client.ts';
import { formatNumber, formatPercent } from '../../../../lib/format.ts';
import { type BoundSide, BoundSideSelect } from '../bound-side.tsx';
import { valueText } from './value-text.ts';

/** The smallest changes of the row after which the model says something else. */
export function Counterfactuals({
  evaluation,
  row,
  said,
  onRow,
}: {
  evaluation: ModelEvaluation;
  row: PredictionRow;
  said: Prediction;
  onRow: (row: PredictionRow) => void;
}) {
  const { t } = useTranslation('models');
  const { labels, model_id: id, number, signature } = evaluation;
  const others = labels
    .filter((label) => label !== said.prediction)
    .toSorted((a, b) => (said.probabilities?.[b] ?? 0) - (said.probabilities?.[a] ?? 0));
  const [picked, setPicked] = useState<string | null>(null);
  const label = picked !== null && others.includes(picked) ? picked : others[0];
  const [side, setSide] = useState<BoundSide>('at_least');
  const [bound, setBound] = useState(Number.NaN);
  const [fixed, setFixed] = useState<ReadonlySet<string>>(new Set());
  const search = useMutation({
    mutationFn: () =>
      client.predictions.explain({
        params: { id },
        body: {
          kind: 'counterfactual',
          version: String(number),
          row,
          fixed: [...fixed],
          ...(labels.length > 0 ? label !== undefined && { label } : { [side]: bound }),
        },
      }),
  });
  const found = search.data?.kind === 'counterfactual' ? search.data : null;
  return (
    <Section title={t('counterfactuals')} note={t('counterfactuals_note')}>
      <form
        className={`${panelClass} grid gap-4 p-4`}
        onSubmit={(event) => {
          event.preventDefault();
          search.mutate();
        }}
      >
        <div className="flex flex-wrap items-end gap-3">
          {labels.length > 0 ? (
            <div className="w-72 max-w-full">
              <Field label={t('wanted')}>
                {(field) => (
                  <Select {...field} value={label} onChange={({ target }) => setPicked(target.value)}>
                    {others.map((each) => (
                      <option key={each}>{each}</option>
                    ))}
                  </Select>
                )}
              </Field>
            </div>
          ) : (
            <>
              <span className="self-center font-medium">{evaluation.target}</span>
              <BoundSideSelect side={side} onSide={setSide} />
              <Input
                aria-label={t('bound')}
                type="number"
                step="any"
                required
                value={Number.isNaN(bound) ? '' : bound}
                onChange={({ target }) => setBound(target.valueAsNumber)}
                className="w-36!"
              />
            </>
          )}
          <Button type="submit" disabled={search.isPending}>
            {t(search.isPending ? 'searching' : 'search_changes')}
          </Button>
        </div>
        <details>
          <summary className="w-fit rounded text-ink-soft">{t('fixed', { count: fixed.size })}</summary>
          <div className="mt-2 flex flex-wrap gap-x-4 gap-y-1">
            {signature.map(({ name }) => (
              <label key={name} className="flex items-center gap-2">
                <input
                  type="checkbox"
                  checked={fixed.has(name)}
                  onChange={() =>
                    setFixed((now) => {
                      const next = new Set(now);
                      if (!next.delete(name)) next.add(name);
                      return next;
                    })
                  }
                  className="size-4 accent-accent"
                />
                {name}
              </label>
            ))}
          </div>
        </details>
        {search.error && <ErrorNotice error={search.error} />}
        {found !== null && <Ways found={found} row={row} onRow={onRow} />}
      </form>
    </Section>
  );
}

function Ways({
  found: { found, message },
  row,
  onRow,
}: {
  found: Found;
  row: PredictionRow;
  onRow: (row: PredictionRow) => void;
}) {
  const { t } = useTranslation('models');
  return (
    <div className="grid gap-3">
      <p role="status" className="text-ink-soft">
        {message}
      </p>
      <ul className="grid gap-3">
        {found.map(({ changes, prediction }) => (
          <li
            key={JSON.stringify(changes)}
            className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-md border border-line px-3 py-2"
          >
            <ul className="min-w-0 flex-1 basis-56">
              {changes.map(({ column, from, to }) => (
                <li key={column} className="flex flex-wrap items-center gap-x-2">
                  <span className="text-ink-soft">{column}</span>
                  <span>{valueText(from)}</span>
                  <ArrowRight size={14} aria-hidden className="text-ink-faint rtl:rotate-180" />
                  <span className="sr-only">{t('becomes')}</span>
                  <span className="font-medium">{valueText(to)}</span>
                </li>
              ))}
            </ul>
            <span>
              {typeof prediction.prediction === 'number'
                ? formatNumber(prediction.prediction)
                : prediction.prediction}
              {prediction.confidence !== null && prediction.probabilities !== null && (
                <span className="ms-2 text-ink-faint">{formatPercent(prediction.confidence)}</span>
              )}
            </span>
            <Button
              size="small"
              onClick={() =>
                onRow({ ...row, ...Object.fromEntries(changes.map(({ column, to }) => [column, to])) })
              }
            >
              {t('take_over')}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
