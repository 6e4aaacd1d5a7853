import type { Token } from './tokens.ts';

const asides = [
  /(?:, )?(?:by|when|after) (?:doing|using|performing|joining|making) (?:an? )?(?:left |inner |outer )*join(?:ing)?\b[^.?;]*/,
  /(?:, )?(?:based on|by|via|through) joining (?:the )?[^.?;]*/,
  /(?:, )?(?:rounded|round) to (?:\d+|one|two|three|four) (?:decimal places|decimals|digits|decimal place)/,
  /(?:, )?starting (?:from|with) the (?:top|highest|largest)/,
  /(?:, )?case[- ]?insensitive(?:ly)?/,
];

/** Words on how to work out an answer rather than what is asked: "by a left join of ...", "rounded to 2 decimals". */
export function withoutAsides(tokens: Token[]): Token[] {
  let text = '';
  const starts: number[] = [];
  for (const token of tokens) {
    starts.push(text.length);
    text += `${token.kind === 'symbol' && token.lower === ',' ? ',' : token.lower} `;
  }
  const dropped = new Set<number>();
  for (const pattern of asides) {
    const found = pattern.exec(text);
    if (found === null || found.index === 0) continue;
    const end = found.index + found[0].length;
    starts.forEach((start, place) => {
      if (start >= found.index && start < end) dropped.add(place);
    });
  }
  return tokens.filter((_, place) => !dropped.has(place));
}
