import type { ChallengeMetric, ChallengeMode, Model, ModelEvaluation, ModelVersion } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogContent } from '../../../../components/dialog.tsx';
import { EntryForm } from '../../../../components/entry-form.tsx';
import { Field, Input, Select } from '../../../../components/field.tsx';
import { Segmented } from '../../../../components/segmented.tsx';
import { client } from '../../../../lib/client.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { toast } from '../../../../lib/toasts.ts';

/** Which version is tried against which, how, by what it is judged, and when that ends. */
export function BeginDialog({
  model,
  versions,
  evaluation,
  onClose,
}: {
  model: Model;
  versions: readonly ModelVersion[];
  evaluation: ModelEvaluation;
  onClose: () => void;
}) {
  const { t } = useTranslation('challenges');
  const { t: words } = useTranslation('models');
  const cache = useQueryClient();
  const answers = model.stages.production ?? versions[0]?.number;
  const others = versions.filter(({ number }) => number !== answers);
  const [first] = others;
  const metrics: readonly ChallengeMetric[] =
    evaluation.problem_type === 'regression' ? ['absolute_error'] : ['accuracy', 'brier'];
  const [challenger, setChallenger] = useState(String(first?.number ?? ''));
  const [mode, setMode] = useState<ChallengeMode>('shadow');
  const [share, setShare] = useState(50);
  const [metric, setMetric] = useState<ChallengeMetric>(metrics[0] ?? 'accuracy');
  const [margin, setMargin] = useState(0);
  const [onDecision, setOnDecision] = useState(true);
  const [most, setMost] = useState('');
  const [endsAt, setEndsAt] = useState('');
  const begin = useMutation({
    mutationFn: () =>
      client.challenges.start({
        params: { id: model.model_id },
        body: {
          challenger,
          mode,
          ...(mode === 'ab' && { share: share / 100 }),
          metric,
          margin,
          stop: {
            on_decision: onDecision,
            most_outcomes: most === '' ? null : Number(most),
            ends_at: endsAt === '' ? null : new Date(endsAt).toISOString(),
          },
        },
      }),
    onSuccess: async () => {
      toast(t('begun'));
      await cache.invalidateQueries({ queryKey: queryKeys.challenges });
      onClose();
    },
  });
  const named = others.map(({ number, stage }) => (
    <option key={number} value={number}>
      {stage === 'none'
        ? t('version', { number })
        : t('version_in', { number, stage: words(`stage_${stage}`) })}
    </option>
  ));
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('begin')} description={t('begin_text')}>
        <EntryForm sending={begin} button={t('begin')} ready={challenger !== ''}>
          <Field label={t('challenger')} hint={t('against_what_answers', { number: answers })}>
            {(field) => (
              <Select {...field} value={challenger} onChange={({ target }) => setChallenger(target.value)}>
                {named}
              </Select>
            )}
          </Field>
          <div className="grid justify-items-start gap-1">
            <span className="font-medium">{t('mode')}</span>
            <Segmented
              label={t('mode')}
              value={mode}
              onChange={setMode}
              options={(['shadow', 'ab'] as const).map((value) => ({ value, label: t(`mode_${value}`) }))}
            />
            <p className="text-small text-ink-faint">{t(`mode_${mode}_hint`)}</p>
          </div>
          {mode === 'ab' && (
            <Field label={t('share')}>
              {(field) => (
                <Input
                  {...field}
                  type="number"
                  min={1}
                  max={99}
                  required
                  value={share || ''}
                  onChange={({ target }) => setShare(target.valueAsNumber || 0)}
                />
              )}
            </Field>
          )}
          <div className="grid grid-cols-1 items-start gap-3 sm:grid-cols-2">
            <Field label={t('metric')}>
              {(field) => (
                <Select
                  {...field}
                  value={metric}
                  onChange={({ target }) => setMetric(target.value as ChallengeMetric)}
                >
                  {metrics.map((each) => (
                    <option key={each} value={each}>
                      {t(`metric_${each}`)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label={t('margin')} hint={t('margin_hint')}>
              {(field) => (
                <Input
                  {...field}
                  type="number"
                  min={0}
                  step="any"
                  required
                  value={Number.isNaN(margin) ? '' : margin}
                  onChange={({ target }) => setMargin(target.valueAsNumber)}
                />
              )}
            </Field>
          </div>
          <fieldset className="grid grid-cols-1 gap-2">
            <legend className="mb-1 font-medium">{t('stop_rule')}</legend>
            <label className="flex items-center gap-2">
              <input
                type="checkbox"
                checked={onDecision}
                onChange={({ target }) => setOnDecision(target.checked)}
                className="size-4 accent-accent"
              />
              {t('on_decision')}
            </label>
            <Field label={t('most_outcomes')} hint={t('most_outcomes_hint')}>
              {(field) => (
                <Input
                  {...field}
                  type="number"
                  min={1}
                  value={most}
                  onChange={({ target }) => setMost(target.value)}
                />
              )}
            </Field>
            <Field label={t('ends_at')} hint={t('most_outcomes_hint')}>
              {(field) => (
                <Input
                  {...field}
                  type="datetime-local"
                  value={endsAt}
                  onChange={({ target }) => setEndsAt(target.value)}
                />
              )}
            </Field>
          </fieldset>
        </EntryForm>
      </DialogContent>
    </Dialog>
  );
}
