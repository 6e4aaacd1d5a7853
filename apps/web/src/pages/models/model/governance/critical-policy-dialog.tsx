import { type CriticalRule, reviewRules, riskClasses } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../../components/dialog.tsx';
import { Field, Input, Select } from '../../../../components/field.tsx';
import { FormEnd } from '../../../../components/form-end.tsx';
import { IconButton } from '../../../../components/icon-button.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { panelClass } from '../../../../components/page.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { toast } from '../../../../lib/toasts.ts';
import { criticalPolicyQuery } from './governance-queries.ts';

const newRule: CriticalRule = {
  name: '',
  reason: '',
  when: { tags: {}, stages: ['production'], experiment_ids: [], risk_classes: [] },
  sign_offs: 1,
  signature: true,
  reviews: 'anyone',
};

/** Which uses of models the organisation marks as critical, and what they take. */
export function CriticalPolicyDialog({
  onClose,
  onDone,
}: {
  onClose: () => void;
  onDone: () => Promise<unknown>;
}) {
  const { t } = useTranslation('governance');
  const { data, error, refetch } = useQuery(criticalPolicyQuery);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent side title={t('policy')} description={t('policy_text')}>
        {error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows rows={4} className="h-16" />
        ) : (
          <PolicyForm rules={data.rules} onClose={onClose} onDone={onDone} />
        )}
      </DialogContent>
    </Dialog>
  );
}

function PolicyForm({
  rules: before,
  onClose,
  onDone,
}: {
  rules: CriticalRule[];
  onClose: () => void;
  onDone: () => Promise<unknown>;
}) {
  const { t } = useTranslation('governance');
  const cache = useQueryClient();
  const [rules, setRules] = useState(before);
  const save = useMutation({
    mutationFn: () => client.modelGovernance.setPolicy({ body: { rules } }),
    onSuccess: async () => {
      toast(t('policy_saved'));
      await cache.invalidateQueries(criticalPolicyQuery);
      await onDone();
      onClose();
    },
  });
  return (
    <form
      className="grid grid-cols-1 gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {rules.length === 0 && <p className="text-ink-soft">{t('no_rules')}</p>}
      {rules.map((rule, at) => (
        <RuleFields
          // biome-ignore lint/suspicious/noArrayIndexKey: rules keep their order
          key={at}
          rule={rule}
          onChange={(next) => setRules(rules.with(at, next))}
          onRemove={() => setRules(rules.toSpliced(at, 1))}
        />
      ))}
      <Button
        size="small"
        look="quiet"
        className="justify-self-start"
        onClick={() => setRules([...rules, newRule])}
      >
        <Plus size={14} aria-hidden />
        {t('add_rule')}
      </Button>
      <FormEnd error={save.error} button={t('save')} disabled={save.isPending} onCancel={onClose} />
    </form>
  );
}

function RuleFields({
  rule,
  onChange,
  onRemove,
}: {
  rule: CriticalRule;
  onChange: (next: CriticalRule) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation('governance');
  const { when } = rule;
  const set = (change: Partial<CriticalRule>) => onChange({ ...rule, ...change });
  const setWhen = (change: Partial<CriticalRule['when']>) => set({ when: { ...when, ...change } });
  return (
    <fieldset className={`${panelClass} grid grid-cols-1 gap-3 p-4`}>
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <Field label={t('rule_name')}>
            {(field) => (
              <Input
                {...field}
                required
                value={rule.name}
                maxLength={120}
                onChange={({ target }) => set({ name: target.value })}
              />
            )}
          </Field>
        </div>
        <IconButton icon={X} label={t('remove_rule')} onClick={onRemove} />
      </div>
      <Field label={t('reason')}>
        {(field) => (
          <Input
            {...field}
            value={rule.reason}
            maxLength={1000}
            onChange={({ target }) => set({ reason: target.value })}
          />
        )}
      </Field>
      <Choices
        legend={t('when_stage')}
        options={['staging', 'production'] as const}
        chosen={when.stages}
        label={(each) => t(`stage_${each}`)}
        onChange={(stages) => setWhen({ stages })}
      />
      <Choices
        legend={t('when_class')}
        options={riskClasses}
        chosen={when.risk_classes}
        label={(each) => t(`class_${each}`)}
        onChange={(risk_classes) => setWhen({ risk_classes })}
      />
      <Field label={t('when_tags')} hint={t('when_tags_hint')}>
        {(field) => (
          <Input
            {...field}
            defaultValue={tagText(when.tags)}
            onChange={({ target }) => setWhen({ tags: tagsOf(target.value) })}
          />
        )}
      </Field>
      <div className="grid items-start gap-3 sm:grid-cols-2">
        <Field label={t('sign_offs')} hint={t('sign_offs_hint')}>
          {(field) => (
            <Input
              {...field}
              type="number"
              min={0}
              max={5}
              required
              value={rule.sign_offs}
              onChange={({ target }) => set({ sign_offs: target.valueAsNumber || 0 })}
            />
          )}
        </Field>
        <Field label={t('predictions')}>
          {(field) => (
            <Select
              {...field}
              value={rule.reviews}
              onChange={({ target }) =>
                set({ reviews: reviewRules.find((each) => each === target.value) ?? 'none' })
              }
            >
              {reviewRules.map((each) => (
                <option key={each} value={each}>
                  {t(`reviews_${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          checked={rule.signature}
          onChange={({ target }) => set({ signature: target.checked })}
          className="size-4 accent-accent"
        />
        {t('takes_signature')}
      </label>
    </fieldset>
  );
}

/** `use=triage, clinical`: a tag of that value, and one of whatever value. */
function tagsOf(text: string): CriticalRule['when']['tags'] {
  const parts = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [part, null] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    }),
  );
}

const tagText = (tags: CriticalRule['when']['tags']): string =>
  Object.entries(tags)
    .map(([key, value]) => (value === null ? key : `${key}=${value}`))
    .join(', ');

function Choices<Choice extends string>({
  legend,
  options,
  chosen,
  label,
  onChange,
}: {
  legend: string;
  options: readonly Choice[];
  chosen: readonly Choice[];
  label: (each: Choice) => string;
  onChange: (chosen: Choice[]) => void;
}) {
  return (
    <fieldset>
      <legend className="mb-1 font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1">
        {options.map((each) => (
          <label key={each} className="flex items-center gap-2">
            <input
              type="checkbox"
              checked={chosen.includes(each)}
              onChange={() =>
                onChange(chosen.includes(each) ? chosen.filter((own) => own !== each) : [...chosen, each])
              }
              className="size-4 accent-accent"
            />
            {label(each)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
