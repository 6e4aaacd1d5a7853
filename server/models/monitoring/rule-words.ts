import type { Language, MonitorRetrainingRun, RuleFound, RuleState } from '@stroma/contracts';
import type { Message } from '../../platform/mail/mail.ts';

const rounded = (value: number): string => String(Number(value.toPrecision(4)));

/** What a rule found, in English: for those who read documents. Pages say it from the figures, in their language. */
export function foundInWords(found: RuleFound): string {
  switch (found.kind) {
    case 'untold':
      return `${found.windows} of ${found.wanted} windows can be told${untold(found)}.`;
    case 'drift':
      return `${found.of === 'any' ? 'Drift' : `Drift of ${found.column ?? found.of}`}: ${found.severity}${within(found)}`;
    case 'worse':
      return `${found.metric} ${rounded(found.value)} against ${rounded(found.held_out)} of rows kept back${within(found)}`;
    case 'metric':
      return `${found.metric} ${rounded(found.value)} (${rounded(found.low)} to ${rounded(found.high)})${within(found)}`;
    case 'measure':
      return `${found.column === null ? '' : `${found.column}: `}${found.measure} ${rounded(found.value)}${within(found)}`;
  }
}

const within = ({ window }: { window: string }): string => `, in the window of ${window}`;

function untold({ because, rows, of, until }: Extract<RuleFound, { kind: 'untold' }>): string {
  switch (because) {
    case 'none':
      return '';
    case 'open':
      return until === null
        ? `; the newest holds ${rows} of ${of} rows`
        : `; the newest is whole at ${until}`;
    case 'rows':
      return `; the newest has fewer than 20 rows (${rows})`;
    case 'outcomes':
      return `; of the newest too few outcomes are known (${rows})`;
    case 'not_kept':
      return '; the newest does not have what is asked for';
  }
}

export function comparedInWords({
  basis,
  metric,
  rows,
  before,
  after,
  change,
}: NonNullable<MonitorRetrainingRun['comparison']>): string {
  const where =
    basis === 'outcomes'
      ? `on the same ${rows} rows, which neither learned from`
      : 'each on the rows kept back from it';
  return `${metric} ${rounded(after.value)} after ${rounded(before.value)} (change ${rounded(change.low)} to ${rounded(change.high)}), ${where}.`;
}

export interface ToldRule {
  /** Of the rule. */
  name: string;
  state: RuleState;
  /** Of the version. */
  number: number;
  model: string;
}

interface Words {
  states: Record<RuleState, string>;
  rule(told: ToldRule, state: string): string;
  one(monitor: string, rule: string): string;
  many(monitor: string, count: number): string;
  see(page: string): string;
}

const words: Record<Language, Words> = {
  en: {
    states: { firing: 'fires', ok: 'is over', unknown: 'is not known' },
    rule: ({ name, number, model }, state) => `"${name}" ${state} (version ${number} of ${model})`,
    one: (monitor, rule) => `Monitor ${monitor}: ${rule}`,
    many: (monitor, count) => `Monitor ${monitor}: ${count} rules`,
    see: (page) => `What was found, and what follows: ${page}`,
  },
  de: {
    states: { firing: 'schlägt an', ok: 'ist vorüber', unknown: 'ist nicht bekannt' },
    rule: ({ name, number, model }, state) => `„${name}“ ${state} (Version ${number} von ${model})`,
    one: (monitor, rule) => `Monitor ${monitor}: ${rule}`,
    many: (monitor, count) => `Monitor ${monitor}: ${count} Regeln`,
    see: (page) => `Was gefunden wurde und was folgt: ${page}`,
  },
};

/** What those a monitor names are told when its rules change. What was found stays behind the sign-in. */
export function rulesTold(
  language: Language | null,
  monitor: string,
  told: readonly ToldRule[],
  page: string,
): Pick<Message, 'subject' | 'text'> {
  const own = words[language ?? 'en'];
  const lines = told.map((each) => own.rule(each, own.states[each.state]));
  const [first = ''] = lines;
  return {
    subject: lines.length === 1 ? own.one(monitor, first) : own.many(monitor, lines.length),
    text: [...lines, '', own.see(page), ''].join('\n'),
  };
}
