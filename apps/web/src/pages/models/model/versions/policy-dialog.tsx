import type { Model } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../../components/dialog.tsx';
import { Input } from '../../../../components/field.tsx';
import { FormEnd } from '../../../../components/form-end.tsx';
import { IconButton } from '../../../../components/icon-button.tsx';
import { client } from '../../../../lib/client.ts';
import { toast } from '../../../../lib/toasts.ts';
import { BoundSideSelect } from '../bound-side.tsx';

type Policy = Model['policy'];
type Rule = Policy['production'];
type Check = Rule['checks'][number];

/** What it takes to bring a version to staging and to production. */
export function PolicyDialog({
  model,
  metrics,
  onClose,
  onDone,
}: {
  model: Model;
  metrics: readonly string[];
  onClose: () => void;
  onDone: () => Promise<unknown>;
}) {
  const { t } = useTranslation('models');
  const [policy, setPolicy] = useState<Policy>(model.policy);
  const save = useMutation({
    mutationFn: () => client.models.setPolicy({ params: { id: model.model_id }, body: policy }),
    onSuccess: async () => {
      toast(t('policy_saved'));
      await onDone();
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('policy_title', { name: model.name })} description={t('policy_text')}>
        <form
          className="grid grid-cols-1 gap-6"
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          {(['staging', 'production'] as const).map((stage) => (
            <RuleFields
              key={stage}
              legend={t(`policy_${stage}`)}
              rule={policy[stage]}
              metrics={metrics}
              onChange={(rule) => setPolicy((now) => ({ ...now, [stage]: rule }))}
            />
          ))}
          <FormEnd error={save.error} button={t('save')} disabled={save.isPending} onCancel={onClose} />
        </form>
      </DialogContent>
    </Dialog>
  );
}

function RuleFields({
  legend,
  rule,
  metrics,
  onChange,
}: {
  legend: string;
  rule: Rule;
  metrics: readonly string[];
  onChange: (rule: Rule) => void;
}) {
  const { t } = useTranslation('models');
  const listId = useId();
  const setCheck = (at: number, check: Check) => onChange({ ...rule, checks: rule.checks.with(at, check) });
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-2 font-medium">{legend}</legend>
      {(['approval', 'signature'] as const).map((part) => (
        <label key={part} className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={rule[part]}
            onChange={({ target }) => onChange({ ...rule, [part]: target.checked })}
            className="size-4 accent-accent"
          />
          {t(`policy_${part}`)}
        </label>
      ))}
      <datalist id={listId}>
        {metrics.map((metric) => (
          <option key={metric} value={metric} />
        ))}
      </datalist>
      {rule.checks.map((check, at) => {
        const side = check.at_most === undefined ? 'at_least' : 'at_most';
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: checks have no name of their own and keep their order
          <div key={at} className="flex flex-wrap items-center gap-2">
            <Input
              aria-label={t('metric')}
              list={listId}
              required
              value={check.metric}
              onChange={({ target }) => setCheck(at, { ...check, metric: target.value })}
              className="w-32! min-w-24 flex-1"
            />
            <BoundSideSelect
              side={side}
              onSide={(next) => setCheck(at, { metric: check.metric, [next]: check[side] ?? 0 })}
            />
            <Input
              aria-label={t('bound')}
              type="number"
              step="any"
              required
              value={check[side] ?? ''}
              onChange={({ target }) =>
                setCheck(at, { metric: check.metric, [side]: target.valueAsNumber || 0 })
              }
              className="w-24! flex-none"
            />
            <IconButton
              icon={X}
              label={t('remove_check')}
              onClick={() => onChange({ ...rule, checks: rule.checks.toSpliced(at, 1) })}
            />
          </div>
        );
      })}
      <Button
        size="small"
        look="quiet"
        className="justify-self-start"
        onClick={() =>
          onChange({ ...rule, checks: [...rule.checks, { metric: metrics[0] ?? '', at_least: 0 }] })
        }
      >
        <Plus size={14} aria-hidden />
        {t('add_check')}
      </Button>
    </fieldset>
  );
}
