/** Whose regular expressions: DuckDB's (RE2), PostgreSQL's, JavaScript's with the flag `u`. */
export type Dialect = 're2' | 'postgresql' | 'javascript';

const wordClass: Readonly<Record<Dialect, string>> = {
  re2: '\\p{L}\\p{N}',
  postgresql: '[:alnum:]',
  javascript: '\\p{L}\\p{N}',
};
const gapClass: Readonly<Record<Dialect, string>> = {
  re2: '[\\s\\p{Z}_]+',
  postgresql: '[[:space:]\\u00a0_]+',
  javascript: '[\\s\\p{Z}_]+',
};

/**
 * A pattern for an identifier as whole words in a longer text, whatever the case of its letters and the width of its
 * gaps. What stands before it is group 1, what stands after it group 3. A hyphen joins words (a double name, a number
 * with a suffix is another), and so does a full stop between digits; in an address every character of addresses does.
 */
export function wordPattern(identifier: string, dialect: Dialect): string {
  const words = wordClass[dialect];
  const isAddress = identifier.includes('@');
  const joined = isAddress ? `${words}._+@-` : `${words}-`;
  const before = /^\p{N}/u.test(identifier) && !isAddress ? `${words}.-` : joined;
  const after = isAddress
    ? `[.]?$|[.]?[^${joined}]`
    : /\p{N}$/u.test(identifier)
      ? `$|[.]$|[.][^${joined}]|[^${words}.-]`
      : `$|[^${joined}]`;
  const body = [
    ...identifier
      .trim()
      .normalize('NFC')
      .replace(/[\s\p{Z}]+/gu, ' '),
  ]
    .map((character) => (character === ' ' ? gapClass[dialect] : anyCase(character, dialect)))
    .join('');
  return `(^|[^${before}])(${body})(${after})`;
}

/** Upper and lower case are named both: how a store folds letters depends on how it was made. */
function anyCase(character: string, dialect: Dialect): string {
  const forms = [...new Set([character, character.toLowerCase(), character.toUpperCase()])].filter(
    (form) => [...form].length === 1,
  );
  const written = forms.map((form) => literal(form, dialect));
  return written.length === 1 ? (written[0] ?? '') : `[${written.join('')}]`;
}

/** A text of which every character stands for itself. */
export const escaped = (text: string, dialect: Dialect): string =>
  [...text].map((character) => literal(character, dialect)).join('');

function literal(character: string, dialect: Dialect): string {
  if (/[\p{L}\p{N}]/u.test(character)) return character;
  const code = (character.codePointAt(0) ?? 0).toString(16);
  if (dialect === 're2') return `\\x{${code}}`;
  if (dialect === 'javascript') return `\\u{${code}}`;
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
}

/** As it stands within JSON text, where that differs. */
export function withJsonForms(identifiers: readonly string[]): string[] {
  return [...new Set(identifiers.flatMap((each) => [each, JSON.stringify(each).slice(1, -1)]))];
}

/** Letter case and white space aside: what two cells that mean the same come to. */
export const withoutGaps = (text: string): string =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s\p{Z}]+/gu, '');
