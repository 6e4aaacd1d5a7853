import type { Model, PredictionReview } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { ConfirmDialog } from '../../../../components/confirm-dialog.tsx';
import { Field, Input } from '../../../../components/field.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { panelClass, Section } from '../../../../components/page.tsx';
import { client } from '../../../../lib/client.ts';
import { formatAgo, formatCount, formatNumber, formatTime } from '../../../../lib/format.ts';
import { usePermission, useSession } from '../../../../lib/session.ts';
import { toast } from '../../../../lib/toasts.ts';
import { reviewsQuery } from './governance-queries.ts';

/** Predictions made for a critical use that wait for a person. Nothing where none waits. */
export function ReviewList({ model, onChanged }: { model: Model; onChanged: () => Promise<unknown> }) {
  const { t } = useTranslation('governance');
  const mayReview = usePermission('models:write');
  const { data, error, refetch } = useQuery({ ...reviewsQuery(model.model_id), enabled: mayReview });
  const [over, setOver] = useState<PredictionReview | null>(null);
  const [outcome, setOutcome] = useState('');
  const [failed, setFailed] = useState<unknown>(null);
  const ofDataset = over !== null && over.dataset !== null;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined || data.items.length === 0) return null;
  const decide = async (review: PredictionReview, body: Parameters<typeof send>[1]) => {
    await send(review.review_id, body);
    toast(t('reviewed'));
    await onChanged();
  };
  return (
    <Section title={t('waiting')} note={t('waiting_note')}>
      {failed !== null && <ErrorNotice error={failed} />}
      <ul className={`${panelClass} divide-y divide-line`}>
        {data.items.map((review) => (
          <ReviewLine
            key={review.review_id}
            review={review}
            onAccept={() => {
              setFailed(null);
              decide(review, { decision: 'accept', reason: '' }).catch(setFailed);
            }}
            onOverride={() => {
              setOutcome('');
              setOver(review);
            }}
          />
        ))}
      </ul>
      {over !== null && (
        <ConfirmDialog
          title={t(ofDataset ? 'refuse_title' : 'override_title')}
          text={ofDataset ? t('refuse_text') : t('override_text', { prediction: String(over.prediction) })}
          button={t(ofDataset ? 'refuse' : 'override')}
          reason={t('reason')}
          ready={ofDataset || outcome.trim() !== ''}
          run={(reason) => {
            const number = Number(outcome);
            const isNumber = typeof over.prediction === 'number' && Number.isFinite(number);
            return decide(over, {
              decision: 'override',
              ...(!ofDataset && { outcome: isNumber ? number : outcome.trim() }),
              reason,
            });
          }}
          onClose={() => setOver(null)}
        >
          {!ofDataset && (
            <Field label={t('outcome')} hint={t('outcome_hint')}>
              {(field) => (
                <Input
                  {...field}
                  required
                  value={outcome}
                  maxLength={1000}
                  onChange={({ target }) => setOutcome(target.value)}
                />
              )}
            </Field>
          )}
        </ConfirmDialog>
      )}
    </Section>
  );
}

const send = (
  id: string,
  body: { decision: 'accept' | 'override'; outcome?: string | number; reason: string },
) => client.modelGovernance.review({ params: { id }, body });

function ReviewLine({
  review,
  onAccept,
  onOverride,
}: {
  review: PredictionReview;
  onAccept: () => void;
  onOverride: () => void;
}) {
  const { t } = useTranslation('governance');
  const me = useSession()?.user.user_id;
  const { asked_by, asked_at, rules, reviews, dataset } = review;
  const barred = reviews === 'another' && asked_by.user_id === me;
  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        {dataset === null ? <PredictedRow review={review} /> : <PredictedDataset dataset={dataset} />}
        <p className="text-small text-ink-faint">
          {t('asked_by', { name: asked_by.name ?? asked_by.user_id })}{' '}
          <time dateTime={asked_at} title={formatTime(asked_at)}>
            {formatAgo(asked_at)}
          </time>{' '}
          · {rules.join(', ')}
        </p>
      </div>
      {barred ? (
        <p className="text-small text-ink-faint">{t('somebody_else')}</p>
      ) : (
        <div className="flex gap-2">
          <Button size="small" onClick={onOverride}>
            {t(dataset === null ? 'override' : 'refuse')}
          </Button>
          <Button size="small" onClick={onAccept}>
            {t('accept')}
          </Button>
        </div>
      )}
    </li>
  );
}

function PredictedRow({ review: { prediction, confidence, row } }: { review: PredictionReview }) {
  const { t } = useTranslation('governance');
  return (
    <>
      <p className="font-medium">
        {typeof prediction === 'number' ? formatNumber(prediction) : (prediction ?? '–')}
        {confidence !== null && (
          <span className="font-normal text-ink-soft">
            {' '}
            · {t('sure', { share: formatNumber(confidence) })}
          </span>
        )}
      </p>
      <p className="text-small text-ink-soft wrap-anywhere">
        {Object.entries(row ?? {})
          .map(([name, value]) => `${name} ${value ?? '–'}`)
          .join(', ')}
      </p>
    </>
  );
}

function PredictedDataset({ dataset }: { dataset: NonNullable<PredictionReview['dataset']> }) {
  const { t } = useTranslation('governance');
  return (
    <>
      <p className="font-medium">
        {t('whole_dataset', { count: dataset.rows, shown: formatCount(dataset.rows) })}
      </p>
      <p className="text-small">
        <Link
          to="/data/$datasetId"
          params={{ datasetId: dataset.dataset_id }}
          className="text-accent hover:underline"
        >
          {t('open_predicted')}
        </Link>
      </p>
    </>
  );
}
