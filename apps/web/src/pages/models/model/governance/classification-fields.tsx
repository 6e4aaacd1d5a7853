import {
  annexThreeAreas,
  annexThreeExceptions,
  prohibitedPractices,
  type RiskClassification,
  scopeAnswers,
  transparencyCases,
} from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Field, inputClass, Select } from '../../../../components/field.tsx';

interface Props {
  said: RiskClassification;
  onChange: (next: RiskClassification) => void;
}

/** The questions by whose answers a system is classified; one that is not answered says so. */
export function ClassificationFields({ said, onChange }: Props) {
  const { t } = useTranslation('governance');
  const set = (change: Partial<RiskClassification>) => onChange({ ...said, ...change });
  return (
    <div className="grid grid-cols-1 gap-4">
      <Field label={t('scope')} hint={t('article', { article: '2' })}>
        {(field) => (
          <Select
            {...field}
            value={said.scope ?? ''}
            onChange={({ target }) =>
              set({ scope: scopeAnswers.find((each) => each === target.value) ?? null })
            }
          >
            <option value="">{t('not_answered')}</option>
            {scopeAnswers.map((each) => (
              <option key={each} value={each}>
                {t(`because_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Cases
        legend={t('prohibited_question')}
        article="5(1)"
        options={prohibitedPractices}
        chosen={said.prohibited}
        onChange={(prohibited) => set({ prohibited })}
      />
      <YesOrNo
        label={t('safety_question')}
        article="6(1)"
        value={said.safety_component}
        onChange={(safety_component) => set({ safety_component })}
      />
      <Cases
        legend={t('areas_question')}
        article="6(2), Annex III"
        options={annexThreeAreas}
        chosen={said.annex_iii}
        onChange={(annex_iii) => set({ annex_iii })}
      />
      {(said.annex_iii?.length ?? 0) > 0 && (
        <>
          <Cases
            legend={t('exceptions_question')}
            article="6(3)"
            options={annexThreeExceptions}
            chosen={said.exceptions}
            onChange={(exceptions) => set({ exceptions: exceptions ?? [] })}
          />
          <YesOrNo
            label={t('profiles_question')}
            article="6(3)"
            value={said.profiles_persons}
            onChange={(profiles_persons) => set({ profiles_persons })}
          />
        </>
      )}
      <Cases
        legend={t('transparency_question')}
        article="50"
        options={transparencyCases}
        chosen={said.transparency}
        onChange={(transparency) => set({ transparency })}
      />
      <Field label={t('reasons')} hint={t('reasons_hint')}>
        {(field) => (
          <textarea
            {...field}
            rows={3}
            maxLength={10_000}
            value={said.reasons}
            onChange={({ target }) => set({ reasons: target.value })}
            className={`${inputClass} h-auto py-1.5`}
          />
        )}
      </Field>
    </div>
  );
}

function YesOrNo({
  label,
  article,
  value,
  onChange,
}: {
  label: string;
  article: string;
  value: boolean | null;
  onChange: (value: boolean | null) => void;
}) {
  const { t } = useTranslation('governance');
  return (
    <Field label={label} hint={t('article', { article })}>
      {(field) => (
        <Select
          {...field}
          value={value === null ? '' : String(value)}
          onChange={({ target }) => onChange(target.value === '' ? null : target.value === 'true')}
        >
          <option value="">{t('not_answered')}</option>
          <option value="false">{t('no')}</option>
          <option value="true">{t('yes')}</option>
        </Select>
      )}
    </Field>
  );
}

function Cases<Case extends string>({
  legend,
  article,
  options,
  chosen,
  onChange,
}: {
  legend: string;
  article: string;
  options: readonly Case[];
  chosen: Case[] | null;
  onChange: (chosen: Case[] | null) => void;
}) {
  const { t } = useTranslation('governance');
  const none = chosen !== null && chosen.length === 0;
  const box = (label: string, checked: boolean, change: () => void) => (
    <label key={label} className="flex items-start gap-2">
      <input
        type="checkbox"
        checked={checked}
        onChange={change}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      {label}
    </label>
  );
  return (
    <fieldset className="grid gap-1">
      <legend className="font-medium">{legend}</legend>
      {options.map((each) =>
        box(t(`because_${each}` as 'because_biometrics'), chosen?.includes(each) ?? false, () => {
          const next = chosen?.includes(each)
            ? chosen.filter((other) => other !== each)
            : [...(chosen ?? []), each];
          onChange(next.length === 0 ? null : next);
        }),
      )}
      {box(t('none_of_these'), none, () => onChange(none ? null : []))}
      <p className="text-small text-ink-faint">{t('article', { article })}</p>
    </fieldset>
  );
}
