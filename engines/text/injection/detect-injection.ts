import { type InjectionSign, patterns } from './patterns.ts';
import { plainText } from './plain-text.ts';

export interface InjectionFinding {
  sign: InjectionSign;
  weight: number;
  /** The words that were found, as a reader would say them: at most 80 characters. */
  excerpt: string;
}

export interface InjectionVerdict {
  /** The heaviest finding of each sign, added up. From 1 on it is an attempt. */
  score: number;
  /** One for each sign, the heaviest, worst first. */
  findings: InjectionFinding[];
}

const mostLetters = 60_000;
const excerptLength = 80;
const none: InjectionVerdict = { score: 0, findings: [] };

/**
 * How much a text looks as if it wants a language model to do something else than answer a question about data. By
 * rules alone: no model is asked, the same text has the same score. A text past 60,000 characters is read to there.
 * Linear in the length of the text.
 */
export function detectInjection(given: string): InjectionVerdict {
  const { text, unmasked, hidden, tagged } = plainText(given.slice(0, mostLetters));
  const worst = new Map<InjectionSign, InjectionFinding>();
  const note = (sign: InjectionSign, weight: number, excerpt: string) => {
    const known = worst.get(sign);
    if (known === undefined || known.weight < weight)
      worst.set(sign, { sign, weight, excerpt: excerpt.trim().slice(0, excerptLength) });
  };
  const flat = text.includes('\n') ? text.replaceAll(/\s+/gu, ' ') : null;
  for (const said of [text, flat, unmasked, tagged.toLowerCase()])
    if (said !== null && said !== '')
      for (const { sign, weight, matches } of patterns) {
        const found = matches.exec(said);
        if (found !== null) note(sign, weight, found[0]);
      }
  if (hidden.tags > 0) note('hidden_text', 1, `invisible letters: ${tagged}`);
  else if (hidden.unseen + hidden.mixedWords >= 2 && worst.size > 0)
    note('hidden_text', 1, 'words split by invisible marks or spelt with letters of another alphabet');
  else if (hidden.turning > 0) note('hidden_text', 0.5, 'marks that turn the reading direction');
  if (worst.size === 0) return none;
  const findings = [...worst.values()].sort((a, b) => b.weight - a.weight);
  const score = findings.reduce((sum, { weight }) => sum + weight, 0);
  return { score: Math.round(score * 100) / 100, findings };
}
