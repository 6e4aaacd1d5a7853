import type { EmergencyAccess } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { formatAgo, formatSpan, formatTime } from '../../lib/format.ts';
import { ReviewDialog } from './review-dialog.tsx';

const tones = { open: 'critical', to_review: 'warning', justified: 'good', unjustified: 'critical' } as const;

/** One emergency access: who, why, from when to when, what was looked at, what became of it. */
export function EmergencyItem({
  emergency,
  own,
  mayReview,
}: {
  emergency: EmergencyAccess;
  own: boolean;
  mayReview: boolean;
}) {
  const { t } = useTranslation('emergency');
  const queryClient = useQueryClient();
  const [reviewing, setReviewing] = useState(false);
  const end = useMutation({
    mutationFn: () => client.breakGlass.end({ params: { id: emergency.emergency_id } }),
    onSuccess: () => queryClient.invalidateQueries(),
  });
  const { status, used, review } = emergency;
  return (
    <li className="grid grid-cols-1 gap-2 px-4 py-3" data-emergency={status}>
      <div className="flex items-start gap-x-4">
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span className="font-medium wrap-anywhere">{emergency.user_name}</span>
            <Badge tone={tones[status]}>{t(`status_${status}`)}</Badge>
          </p>
          <p className="text-small text-ink-faint">
            {formatSpan(emergency.opened_at, emergency.ended_at ?? emergency.expires_at)}
            {status === 'open' && ` · ${t('ends', { when: formatAgo(emergency.expires_at) })}`}
          </p>
        </div>
        {status === 'open' && (own || mayReview) && (
          <Button size="small" disabled={end.isPending} onClick={() => end.mutate()}>
            {t('end')}
          </Button>
        )}
        {status === 'to_review' && mayReview && !own && (
          <Button size="small" onClick={() => setReviewing(true)}>
            {t('review')}
          </Button>
        )}
      </div>
      <p className="wrap-anywhere text-ink-soft">{emergency.reason}</p>
      <p className="text-small text-ink-soft">
        {used.length === 0 ? (
          t('used_none')
        ) : (
          <>
            {t('used')}{' '}
            {used.map(({ dataset_id, name }, at) => (
              <span key={dataset_id}>
                {at > 0 && ', '}
                <Link to="/data/$datasetId" params={{ datasetId: dataset_id }} className="underline">
                  {name}
                </Link>
              </span>
            ))}
          </>
        )}
      </p>
      {review && (
        <p className="text-small wrap-anywhere text-ink-soft">
          {t('reviewed', { name: review.by_name, at: formatTime(review.at), note: review.note })}
        </p>
      )}
      {end.error && <ErrorNotice error={end.error} />}
      {reviewing && <ReviewDialog emergency={emergency} onClose={() => setReviewing(false)} />}
    </li>
  );
}
