/** How a challenger is tried, what it is judged by and how that stands. Without zod, for pages that load first. */
export const challengeModes = ['shadow', 'ab'] as const;
export type ChallengeMode = (typeof challengeModes)[number];

export const challengeMetrics = ['accuracy', 'brier', 'absolute_error'] as const;
export type ChallengeMetric = (typeof challengeMetrics)[number];

/** `ended`: the stop rule was met. `stopped`: somebody stopped it. `promoted`: the challenger was brought further. */
export const challengeStatuses = ['running', 'ended', 'stopped', 'promoted', 'rolled_back'] as const;
export type ChallengeStatus = (typeof challengeStatuses)[number];

export const challengeDecisions = ['challenger_better', 'champion_better', 'no_difference'] as const;
export type ChallengeDecision = (typeof challengeDecisions)[number];

export const challengeArms = ['champion', 'challenger'] as const;
export type ChallengeArm = (typeof challengeArms)[number];
