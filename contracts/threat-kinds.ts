export const threatKinds = [
  'impossible_travel',
  'credential_stuffing',
  'unusual_export',
  'privilege_escalation',
  'prompt_injection',
] as const;
export type ThreatKind = (typeof threatKinds)[number];

/** Least first. */
export const threatSeverities = ['low', 'medium', 'high', 'critical'] as const;
export type ThreatSeverity = (typeof threatSeverities)[number];

/**
 * What is done without anybody being asked, mildest first; each does what those before it do. `step_up`: the session
 * goes on once its person has proven again who they are. `block`: account, API key or address is shut for a time.
 */
export const threatResponses = ['observe', 'alert', 'step_up', 'block'] as const;
export type ThreatResponse = (typeof threatResponses)[number];

export const threatStatuses = ['open', 'acknowledged', 'resolved'] as const;
export type ThreatStatus = (typeof threatStatuses)[number];
