import type { Challenge, Model } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { ArrowUpFromLine, Square, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { ConfirmDialog } from '../../../../components/confirm-dialog.tsx';
import { client } from '../../../../lib/client.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { usePermission } from '../../../../lib/session.ts';
import { toast } from '../../../../lib/toasts.ts';

type Deed = 'stop' | 'promote' | 'rollback';

/** Stop a trial, ask for its challenger to be promoted, or take that back. */
export function ChallengeActions({ model, challenge }: { model: Model; challenge: Challenge }) {
  const { t } = useTranslation('challenges');
  const owner = { ownerId: model.created_by.user_id };
  const mayStop = usePermission('models:promote', owner);
  const mayAsk = usePermission('models:write', owner);
  const cache = useQueryClient();
  const [open, setOpen] = useState<Deed | null>(null);
  const [anyway, setAnyway] = useState(false);
  const { challenge_id: id, status, decision, promotion, challenger } = challenge;
  const decided = decision === 'challenger_better';
  const waits = promotion?.state === 'waiting';
  const isOver = status === 'promoted' || status === 'rolled_back';
  const run = async (deed: () => Promise<Challenge>, said: (after: Challenge) => string) => {
    toast(said(await deed()));
    await Promise.all([
      cache.invalidateQueries({ queryKey: queryKeys.challenges }),
      cache.invalidateQueries({ queryKey: queryKeys.models }),
    ]);
  };
  const close = () => setOpen(null);
  const params = { id };
  return (
    <>
      {status === 'running' && mayStop && (
        <Button onClick={() => setOpen('stop')}>
          <Square size={14} aria-hidden />
          {t('stop')}
        </Button>
      )}
      {!isOver && !waits && mayAsk && (
        <Button look={decided ? 'primary' : 'secondary'} onClick={() => setOpen('promote')}>
          <ArrowUpFromLine size={16} aria-hidden />
          {t('promote')}
        </Button>
      )}
      {status === 'promoted' && mayStop && (
        <Button onClick={() => setOpen('rollback')}>
          <Undo2 size={16} aria-hidden />
          {t('roll_back')}
        </Button>
      )}
      {open === 'stop' && (
        <ConfirmDialog
          title={t('stop_title')}
          text={t('stop_text')}
          button={t('stop')}
          run={() =>
            run(
              () => client.challenges.stop({ params, body: {} }),
              () => t('stopped'),
            )
          }
          onClose={close}
        />
      )}
      {open === 'promote' && (
        <ConfirmDialog
          title={t('promote_title', { number: challenger.number })}
          text={t('promote_text')}
          button={t('promote')}
          ready={decided || anyway}
          run={() =>
            run(
              () => client.challenges.promote({ params, body: { without_decision: !decided } }),
              ({ promotion: asked }) =>
                asked?.state === 'waiting'
                  ? t('promotion_waiting')
                  : t('promotion_done', { number: challenger.number }),
            )
          }
          onClose={close}
        >
          {!decided && (
            <label className="flex items-start gap-2">
              <input
                type="checkbox"
                checked={anyway}
                onChange={({ target }) => setAnyway(target.checked)}
                className="mt-1 size-4 accent-accent"
              />
              {t('undecided')}
            </label>
          )}
        </ConfirmDialog>
      )}
      {open === 'rollback' && (
        <ConfirmDialog
          title={t('roll_back_title')}
          text={t('roll_back_text')}
          button={t('roll_back')}
          run={() =>
            run(
              () => client.challenges.rollback({ params, body: {} }),
              () => t('rolled_back'),
            )
          }
          onClose={close}
        />
      )}
    </>
  );
}
