import type { OutcomeInput } from '@stroma/contracts';

export type Observed = string | number;

/** What a version could have said. */
export interface Answers {
  name: string;
  /** Null: it predicts numbers. */
  labels: readonly string[] | null;
}

/** A form sends numbers as text. Null for what the version could not have said. */
export function fittedValue({ labels }: Answers, observed: OutcomeInput['observed']): Observed | null {
  if (labels !== null) return labels.includes(String(observed)) ? String(observed) : null;
  if (typeof observed === 'boolean' || (typeof observed === 'string' && observed.trim() === '')) return null;
  const value = Number(observed);
  return Number.isFinite(value) ? value : null;
}

export const expectationOf = ({ name, labels }: Answers, observed: OutcomeInput['observed']): string =>
  `${labels === null ? 'A number' : `One of ${labels.slice(0, 12).join(', ')}${labels.length > 12 ? ', ...' : ''}`} was expected, which ${name} predicts; ${JSON.stringify(observed).slice(0, 60)} was given.`;
