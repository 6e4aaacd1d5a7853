import type { CheckResult, Model, ModelVersion } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogContent } from '../../../../components/dialog.tsx';
import { Field, inputClass, Select } from '../../../../components/field.tsx';
import { FormEnd } from '../../../../components/form-end.tsx';
import { SignatureList } from '../../../../components/signatures/signature-list.tsx';
import { client } from '../../../../lib/client.ts';
import { usePermission } from '../../../../lib/session.ts';
import { toast } from '../../../../lib/toasts.ts';
import { CheckList } from './check-list.tsx';

const targets = ['staging', 'production', 'archived', 'none'] as const;
type Target = (typeof targets)[number];

/** Brings a version to another stage, or asks for it: what the policy expects is shown before it is asked. */
export function PromoteDialog({
  model,
  version,
  onClose,
  onDone,
}: {
  model: Model;
  version: ModelVersion;
  onClose: () => void;
  onDone: () => Promise<unknown>;
}) {
  const { t } = useTranslation('models');
  const open = targets.filter((each) => each !== version.stage);
  const [stage, setStage] = useState<Target>(
    version.stage === 'staging' ? 'production' : (open[0] ?? 'none'),
  );
  const [comment, setComment] = useState('');
  const mayPromote = usePermission('models:promote', { ownerId: model.created_by.user_id });
  const rule = stage === 'staging' || stage === 'production' ? model.policy[stage] : null;
  const waits = rule?.approval === true || !mayPromote;
  const ask = useMutation({
    mutationFn: () =>
      client.models.promote({
        params: { id: model.model_id, number: version.number },
        body: { stage, comment: comment.trim() },
      }),
    onSuccess: async ({ state }) => {
      const place = t(`stage_${stage}`);
      toast(
        t(state === 'waiting' ? 'promotion_asked' : 'promoted', { number: version.number, stage: place }),
      );
      await onDone();
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()}>
      <DialogContent
        title={t('promote_title', { name: model.name, number: version.number })}
        description={t(waits ? 'promote_waits' : 'promote_at_once')}
      >
        <form
          className="grid grid-cols-1 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            ask.mutate();
          }}
        >
          <Field label={t('to_stage')}>
            {(field) => (
              <Select {...field} value={stage} onChange={({ target }) => setStage(target.value as Target)}>
                {open.map((each) => (
                  <option key={each} value={each}>
                    {t(`stage_${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <CheckList checks={checksOf(rule?.checks ?? [], version)} />
          {rule?.signature === true && (
            <div className="grid gap-2 rounded-md border border-line bg-sunken px-3 py-3">
              <p>{t(waits ? 'signature_by_approver' : 'signature_needed')}</p>
              <SignatureList
                object={{ kind: 'model_version', id: version.version_id }}
                signing={!waits}
                meaning="approved"
              />
            </div>
          )}
          <Field label={t('comment')}>
            {(field) => (
              <textarea
                {...field}
                rows={2}
                maxLength={2000}
                value={comment}
                onChange={({ target }) => setComment(target.value)}
                className={`${inputClass} h-auto py-1.5`}
              />
            )}
          </Field>
          <FormEnd
            error={ask.error}
            button={t(waits ? 'ask_for_promotion' : 'promote')}
            disabled={ask.isPending}
            onCancel={onClose}
          />
        </form>
      </DialogContent>
    </Dialog>
  );
}

type Check = Model['policy']['production']['checks'][number];

/** As the server will hold them; it has the last word. */
function checksOf(checks: readonly Check[], { metrics }: ModelVersion): CheckResult[] {
  return checks.map(({ metric, at_least = null, at_most = null }) => {
    const value = metrics[metric] ?? null;
    const passed =
      typeof value === 'number' &&
      (at_least === null || value >= at_least) &&
      (at_most === null || value <= at_most);
    return { metric, at_least, at_most, value, passed };
  });
}
