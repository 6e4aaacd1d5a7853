import type { LearningMetric, ProblemKind } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Field, Select } from '../../../components/field.tsx';
import { metricsFor, usualMetric } from './target-facts.ts';
import type { Goal } from './train-form.tsx';

/** What kind of answer is wanted and what counts as good; both are inferred and can be overruled. */
export function GoalFields({
  problems,
  goal,
  onChange,
}: {
  /** The inferred one first. */
  problems: readonly ProblemKind[];
  goal: Goal | null;
  onChange: (goal: Goal) => void;
}) {
  const { t } = useTranslation('models');
  return (
    <section className="grid gap-3">
      <h2 className="text-section font-semibold">{t('step_goal')}</h2>
      {goal === null ? (
        <p className="text-ink-soft">{t('choose_target_first')}</p>
      ) : (
        <>
          <Field label={t('problem')} hint={t(`problem_${goal.problem}_hint`)}>
            {(field) => (
              <Select
                {...field}
                value={goal.problem}
                disabled={problems.length < 2}
                onChange={({ target }) => {
                  const problem = target.value as ProblemKind;
                  onChange({ problem, metric: usualMetric[problem] });
                }}
              >
                {problems.map((each, at) => (
                  <option key={each} value={each}>
                    {at === 0 ? t('inferred', { problem: t(`problem_${each}`) }) : t(`problem_${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t('judged_by')} hint={t(`metric_${goal.metric}_hint`)}>
            {(field) => (
              <Select
                {...field}
                value={goal.metric}
                onChange={({ target }) => onChange({ ...goal, metric: target.value as LearningMetric })}
              >
                {metricsFor(goal.problem).map((each) => (
                  <option key={each} value={each}>
                    {t(`metric_${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </>
      )}
    </section>
  );
}
