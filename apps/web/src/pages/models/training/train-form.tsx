import type { Dataset, DatasetProfile, LearningMetric, ProblemKind } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { panelClass } from '../../../components/page.tsx';
import { client } from '../../../lib/client.ts';
import { GoalFields } from './goal-fields.tsx';
import { targetFacts, usualMetric } from './target-facts.ts';
import { TargetList } from './target-list.tsx';
import { TimeFields } from './time-fields.tsx';
import { networkOptions, splitOptions, transferOptions, usualWay, type Way } from './way.ts';

export interface Goal {
  problem: ProblemKind;
  metric: LearningMetric;
}

export interface Effort {
  seconds: number;
  name: string;
  way: Way;
}

/** Everything but the target has a value to begin with: two clicks are enough. */
export function TrainForm({ dataset, profile }: { dataset: Dataset; profile: DatasetProfile }) {
  const navigate = useNavigate();
  const { t } = useTranslation('models');
  const [target, setTarget] = useState<string | null>(null);
  const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set());
  const [goal, setGoal] = useState<Goal | null>(null);
  const [effort, setEffort] = useState<Effort>({ seconds: 60, name: '', way: usualWay });
  const column = profile.columns.find(({ name }) => name === target);
  const facts = column === undefined ? null : targetFacts(column, profile.rows);
  const problems = facts !== null && 'problems' in facts ? facts.problems : [];
  const choose = (name: string) => {
    const chosen = profile.columns.find((each) => each.name === name);
    const told = chosen && targetFacts(chosen, profile.rows);
    if (told === undefined || 'unfit' in told) return;
    const [problem] = told.problems;
    setTarget(name);
    setGoal({ problem, metric: usualMetric[problem] });
  };
  const start = useMutation({
    mutationFn: async () => {
      if (target === null || goal === null) throw new Error(t('choose_target_first'));
      const name = effort.name.trim();
      const { way, seconds: time_limit_s } = effort;
      const body = {
        dataset_id: dataset.dataset_id,
        version_id: dataset.version.version_id,
        target,
        leave_out: [...leftOut].filter((each) => each !== target),
        metric: goal.metric,
        ...(goal.problem !== problems[0] && { problem_type: goal.problem }),
        ...(name !== '' && { name }),
      };
      if (way.kind === 'transfer')
        return client.training.transfer({ body: { ...body, ...transferOptions(way, time_limit_s) } });
      if (way.kind === 'network')
        return client.training.network({ body: { ...body, time_limit_s, ...networkOptions(way) } });
      if (way.kind === 'learner')
        return client.training.learner({
          body: { ...body, ...splitOptions(way), time_limit_s, learner: way.learner },
        });
      return client.training.automl({
        body: { ...body, ...splitOptions(way), time_limit_s, preset: way.preset },
      });
    },
    onSuccess: ({ training_id }) =>
      navigate({ to: '/models/trainings/$trainingId', params: { trainingId: training_id } }),
  });
  return (
    <form
      className="grid grid-cols-1 items-start gap-8 lg:grid-cols-[minmax(0,1fr)_22rem]"
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate();
      }}
    >
      <TargetList
        dataset={dataset}
        profile={profile}
        target={target}
        leftOut={leftOut}
        onTarget={choose}
        onLeaveOut={setLeftOut}
      />
      <div className={`${panelClass} grid grid-cols-1 gap-6 p-4 lg:sticky lg:top-16`}>
        <GoalFields problems={problems} goal={goal} onChange={setGoal} />
        <TimeFields
          effort={effort}
          onChange={setEffort}
          ready={
            target !== null &&
            !start.isPending &&
            (effort.way.kind !== 'transfer' || effort.way.base !== null)
          }
          columns={profile.columns.flatMap(({ name }) =>
            name === target || leftOut.has(name) ? [] : [name],
          )}
          usualName={target === null ? '' : t('usual_name', { target, dataset: dataset.name })}
          error={start.error}
        />
      </div>
    </form>
  );
}
