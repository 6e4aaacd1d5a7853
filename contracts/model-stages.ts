/** Where a version of a model stands. */
export const modelStages = ['none', 'staging', 'production', 'archived'] as const;
export type ModelStage = (typeof modelStages)[number];

export const runStatuses = ['scheduled', 'running', 'finished', 'failed', 'killed'] as const;
export type RunStatus = (typeof runStatuses)[number];

/** A promotion waits for a second person, was done, was refused by them, or was taken back by who asked. */
export const promotionStates = ['waiting', 'done', 'refused', 'withdrawn'] as const;
export type PromotionState = (typeof promotionStates)[number];
