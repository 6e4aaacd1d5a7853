import type { Challenge, Model, ModelEvaluation, ModelVersion } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Swords } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { EmptyState } from '../../../../components/empty-state.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { Section } from '../../../../components/page.tsx';
import { cellClass, PlainTable } from '../../../../components/plain-table.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { formatAgo, formatTime } from '../../../../lib/format.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { usePermission } from '../../../../lib/session.ts';
import { BeginDialog } from './begin-dialog.tsx';
import { ChallengeStatusMark, DecisionMark } from './challenge-marks.tsx';
import { ChallengeView } from './challenge-view.tsx';

/** While one runs outcomes come in. */
const everyMs = 5000;

/** Versions that are or were tried against the one in use. */
export function ChallengesTab({
  model,
  versions,
  evaluation,
}: {
  model: Model;
  versions: readonly ModelVersion[];
  evaluation: ModelEvaluation;
}) {
  const { t } = useTranslation('challenges');
  const mayBegin = usePermission('models:promote', { ownerId: model.created_by.user_id });
  const [beginning, setBeginning] = useState(false);
  const [picked, setPicked] = useState<string | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.challengeList(model.model_id),
    queryFn: ({ signal }) =>
      client.challenges.list({ params: { id: model.model_id }, query: { limit: 50 }, signal }),
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ status }) => status === 'running') ? everyMs : false,
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={6} className="h-12" />;
  const [newest] = data.items;
  const shown = data.items.find(({ challenge_id }) => challenge_id === picked) ?? newest;
  const runs = data.items.some(({ status }) => status === 'running');
  const mayBeginNow = mayBegin && versions.length > 1 && !runs;
  const begin = (look: 'primary' | 'secondary') =>
    mayBeginNow && (
      <Button look={look} onClick={() => setBeginning(true)}>
        <Swords size={16} aria-hidden />
        {t('begin')}
      </Button>
    );
  return (
    <div className="grid grid-cols-1 gap-8">
      {shown === undefined ? (
        <EmptyState icon={Swords} title={t('empty_title')} action={begin('primary')}>
          <p>{t('empty_text')}</p>
          {versions.length < 2 && <p className="mt-2">{t('needs_two')}</p>}
        </EmptyState>
      ) : (
        <ChallengeView key={shown.challenge_id} model={model} challenge={shown} beside={begin('secondary')} />
      )}
      {data.items.length > 1 && (
        <Section title={t('past')}>
          <Trials challenges={data.items} onPick={setPicked} />
        </Section>
      )}
      {beginning && (
        <BeginDialog
          model={model}
          versions={versions}
          evaluation={evaluation}
          onClose={() => setBeginning(false)}
        />
      )}
    </div>
  );
}

function Trials({ challenges, onPick }: { challenges: readonly Challenge[]; onPick: (id: string) => void }) {
  const { t } = useTranslation('challenges');
  return (
    <PlainTable
      label={t('past')}
      headings={[
        { label: t('trial'), className: `${cellClass} text-start` },
        { label: t('state'), className: `${cellClass} text-start` },
        { label: t('decision'), className: `${cellClass} text-start max-sm:hidden` },
        { label: t('began'), className: `${cellClass} text-start max-md:hidden` },
      ]}
    >
      {challenges.map(({ challenge_id, champion, challenger, mode, status, decision, started_at }) => (
        <tr key={challenge_id}>
          <td className={cellClass}>
            <button
              type="button"
              className="rounded text-start font-medium hover:text-accent"
              onClick={() => onPick(challenge_id)}
            >
              {t('title_of', { challenger: challenger.number, champion: champion.number })}
            </button>
            <p className="text-small text-ink-faint">{t(`mode_${mode}`)}</p>
          </td>
          <td className={cellClass}>
            <ChallengeStatusMark status={status} />
          </td>
          <td className={`${cellClass} max-sm:hidden`}>
            <DecisionMark decision={decision} />
          </td>
          <td className={`${cellClass} max-md:hidden`}>
            <time dateTime={started_at} title={formatTime(started_at)}>
              {formatAgo(started_at)}
            </time>
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}
