import type { Model, ModelVersion, Promotion } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';
import { Button } from '../../../../components/button.tsx';
import { ConfirmDialog } from '../../../../components/confirm-dialog.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { panelClass, Section } from '../../../../components/page.tsx';
import { SignatureList } from '../../../../components/signatures/signature-list.tsx';
import { client } from '../../../../lib/client.ts';
import { formatAgo, formatTime } from '../../../../lib/format.ts';
import { usePermission, useSession } from '../../../../lib/session.ts';
import { promotionsQuery } from '../model-queries.ts';
import { CheckList } from './check-list.tsx';

const tones = { waiting: 'warning', done: 'good', refused: 'critical', withdrawn: 'plain' } as const;
type Decision = 'approve' | 'refuse' | 'withdraw';

/** What waits for somebody to agree first, then what came of the others. */
export function PromotionList({
  model,
  versions,
  onChanged,
}: {
  model: Model;
  versions: readonly ModelVersion[];
  onChanged: () => Promise<unknown>;
}) {
  const { t } = useTranslation('models');
  const { data, error, refetch } = useQuery(promotionsQuery(model.model_id));
  const [decided, setDecided] = useState<{ promotion: Promotion; decision: Decision } | null>(null);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined || data.items.length === 0) return null;
  const waiting = data.items.filter(({ state }) => state === 'waiting');
  const ended = data.items.filter(({ state }) => state !== 'waiting');
  const line = (promotion: Promotion) => (
    <PromotionLine
      key={promotion.promotion_id}
      model={model}
      promotion={promotion}
      version={versions.find(({ version_id }) => version_id === promotion.version_id)}
      onDecide={(decision) => setDecided({ promotion, decision })}
    />
  );
  return (
    <>
      {waiting.length > 0 && (
        <Section title={t('waiting')}>
          <ul className="grid gap-4">{waiting.map(line)}</ul>
        </Section>
      )}
      {ended.length > 0 && (
        <details className="order-last">
          <summary className="w-fit rounded text-ink-soft">
            {t('promotions_past', { count: ended.length })}
          </summary>
          <ul className="mt-3 grid gap-4">{ended.map(line)}</ul>
        </details>
      )}
      {decided !== null && (
        <ConfirmDialog
          title={t(`${decided.decision}_title`, { number: decided.promotion.number })}
          text={t(`${decided.decision}_text`)}
          button={t(decided.decision)}
          danger={decided.decision === 'refuse'}
          {...(decided.decision === 'refuse' && { reason: t('reason') })}
          run={async (comment) => {
            await client.models.decide({
              params: { id: decided.promotion.promotion_id },
              body: { decision: decided.decision, comment },
            });
            await onChanged();
          }}
          onClose={() => setDecided(null)}
        >
          {decided.decision === 'approve' && needsSignature(model, decided.promotion) && (
            <SignatureList
              object={{ kind: 'model_version', id: decided.promotion.version_id }}
              signing
              meaning="approved"
            />
          )}
        </ConfirmDialog>
      )}
    </>
  );
}

const needsSignature = ({ policy }: Model, { to_stage, critical }: Promotion): boolean =>
  critical?.signature === true ||
  ((to_stage === 'staging' || to_stage === 'production') && policy[to_stage].signature);

function PromotionLine({
  model,
  promotion,
  version,
  onDecide,
}: {
  model: Model;
  promotion: Promotion;
  version: ModelVersion | undefined;
  onDecide: (decision: Decision) => void;
}) {
  const { t } = useTranslation('models');
  const me = useSession()?.user.user_id;
  const mayPromote = usePermission('models:promote', { ownerId: model.created_by.user_id });
  const { state, number, kind, to_stage, requested_by, requested_at, decided_by, comment, checks } =
    promotion;
  const { critical, sign_offs } = promotion;
  const own = requested_by.user_id === me;
  const name = requested_by.name ?? t('somebody');
  return (
    <li className={`${panelClass} grid gap-2 px-4 py-3`}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Badge tone={tones[state]}>{t(`promotion_${state}`)}</Badge>
        <p className="min-w-0 flex-1 basis-56 wrap-anywhere">
          {t(kind === 'rollback' ? 'rollback_line' : 'promotion_line', {
            name,
            number,
            stage: t(`stage_${to_stage}`),
          })}{' '}
          <time dateTime={requested_at} title={formatTime(requested_at)} className="text-ink-faint">
            {formatAgo(requested_at)}
          </time>
        </p>
        {state === 'waiting' && own && (
          <Button size="small" onClick={() => onDecide('withdraw')}>
            {t('withdraw')}
          </Button>
        )}
        {state === 'waiting' && !own && mayPromote && (
          <>
            <Button size="small" onClick={() => onDecide('refuse')}>
              {t('refuse')}
            </Button>
            <Button size="small" look="primary" onClick={() => onDecide('approve')}>
              {t('approve')}
            </Button>
          </>
        )}
      </div>
      {comment !== '' && <p className="text-ink-soft wrap-anywhere">{comment}</p>}
      {critical !== null && critical.sign_offs > 0 && (
        <p className="text-small text-ink-soft">
          {t('signed_off', { count: sign_offs.length, needed: critical.sign_offs })}
          {sign_offs.length > 0 && ` (${sign_offs.map(({ by }) => by.name ?? by.user_id).join(', ')})`}
        </p>
      )}
      {decided_by !== null && state !== 'waiting' && (
        <p className="text-small text-ink-faint wrap-anywhere">
          {t('decided_by', { name: decided_by.name ?? t('somebody') })}
          {promotion.decision_comment ? `: ${promotion.decision_comment}` : ''}
        </p>
      )}
      <CheckList checks={checks} />
      {version !== undefined && promotion.signature_id !== null && (
        <SignatureList object={{ kind: 'model_version', id: version.version_id }} />
      )}
    </li>
  );
}
