import type { ModelParts } from '../experiments/run-documents.ts';
import type { Outcomes } from '../monitoring/outcomes.service.ts';
import type { Promotions } from '../registry/promotions.service.ts';
import type { RegisteredModels } from '../registry/registered-models.service.ts';
import type { ServedModels } from '../serving/served-models.ts';
import { ChallengeProgress } from './challenge-progress.ts';
import { challengesJob } from './challenges.jobs.ts';
import { Challenges } from './challenges.service.ts';
import type { Trials } from './trials.ts';

interface Rooms {
  models: RegisteredModels;
  served: ServedModels;
  promotions: Promotions;
  trials: Trials;
  outcomes: Outcomes;
}

/** Challenges with the job that takes outcomes into them. */
export function openChallenges(parts: ModelParts, { outcomes, ...rooms }: Rooms): Challenges {
  const progress = new ChallengeProgress(parts, rooms.served, rooms.trials, outcomes);
  const challenges = new Challenges(parts, { ...rooms, progress });
  parts.platform.jobs.register(challengesJob(challenges));
  return challenges;
}
