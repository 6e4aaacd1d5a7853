import type { ComplianceEvidence, Language } from '@stroma/contracts';
import type { Facts } from '../facts.ts';

/** The same sentence in every language a report can be written in. */
export type Words = Readonly<Record<Language, string>>;
export type Measurement = Omit<ComplianceEvidence, 'finding'> & { finding: Words };
export type Check = (facts: Facts) => Measurement;
type Figures = Record<string, number | string | boolean | null>;

export const dayMs = 86_400_000;
const hourMs = 3_600_000;
const mostIds = 20;

export function evidence(
  check: string,
  status: ComplianceEvidence['status'],
  finding: Words,
  figures: Figures,
  event_ids: readonly (string | undefined)[] = [],
): Measurement {
  return {
    check,
    status,
    finding,
    figures: Object.entries(figures).map(([name, value]) => ({ name, value })),
    event_ids: event_ids.filter((id) => id !== undefined).slice(0, mostIds),
  };
}

/** Count and newest ids of what is on record in the period, of some actions. */
export function recorded(facts: Facts, actions: readonly string[]): { count: number; ids: string[] } {
  const found = facts.recorded.filter(({ action }) => actions.includes(action));
  return {
    count: found.reduce((sum, { count }) => sum + count, 0),
    ids: found
      .flatMap(({ ids }) => ids)
      .sort()
      .toReversed()
      .slice(0, mostIds),
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
export const daysSince = (facts: Facts, time: Date): number =>
  round((facts.now.getTime() - time.getTime()) / dayMs);

export const hoursSince = (facts: Facts, time: Date): number =>
  round((facts.now.getTime() - time.getTime()) / hourMs);
