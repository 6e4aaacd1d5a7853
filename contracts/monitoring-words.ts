/** What the pages say of monitors too, kept from the schemas. */
export const driftSides = ['any', 'columns', 'predictions', 'labels', 'concept', 'together'] as const;
export type DriftSide = (typeof driftSides)[number];

/** What of a window can be bounded beside the scores of its model. */
export const windowMeasures = [
  'rows',
  'labelled_share',
  'latency_p95_ms',
  'missing_share',
  'unseen_share',
  'mean_confidence',
] as const;
export type WindowMeasure = (typeof windowMeasures)[number];

/** `unknown`: not looked at yet, or too few windows to tell. */
export const ruleStates = ['unknown', 'ok', 'firing'] as const;
export type RuleState = (typeof ruleStates)[number];

/**
 * `training`: its model is being trained; `comparing`: the new version is held against the one before; then
 * `promotion_asked`, `not_promoted` (surely worse, or nobody asked for a promotion) or `failed`.
 */
export const retrainingStates = [
  'training',
  'comparing',
  'promotion_asked',
  'not_promoted',
  'failed',
] as const;
export type RetrainingState = (typeof retrainingStates)[number];

export const retrainingCauses = ['rule', 'schedule', 'person'] as const;

/**
 * What a monitor holds drift to where it says nothing else: the share of false alarms; from which stability index, less
 * what chance brings, and from which growth of the mean loss drift is moderate or severe.
 */
export const usualDriftLimits = {
  false_discovery: 0.05,
  moderate_psi: 0.1,
  severe_psi: 0.25,
  moderate_loss: 0.1,
  severe_loss: 0.25,
} as const;

/**
 * Why a window tells nothing of a rule. `none`: there is none; `open`: it is not whole yet; `rows`: it has fewer than 20
 * rows; `outcomes`: outcomes of fewer than 20 of its rows are known, or there is nothing to hold them against;
 * `not_kept`: what is asked for was not kept.
 */
export const untoldReasons = ['none', 'open', 'rows', 'outcomes', 'not_kept'] as const;
export type UntoldReason = (typeof untoldReasons)[number];

/** Why a rule that says so began no retraining. `refused`: the message tells why. */
export const withheldReasons = ['goes_on', 'too_soon', 'refused'] as const;

/** Why no promotion of what was retrained was asked for. `refused`: the message tells why. */
export const notPromotedReasons = ['not_wanted', 'worse', 'refused'] as const;
