/** Where code ends in SQL text: quoted text, quoted names and comments hold no parentheses that count. */
const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$/g;

/**
 * Why an expression cannot stand where one number is expected; null when its shape allows it. Whether its names and
 * functions exist is for the engine to say.
 */
export function expressionProblem(expression: string): string | null {
  const code = expression.replaceAll(quoted, ' ');
  if (/['"$;]|--|\/\*/.test(code))
    return 'Expected one expression: a quote, a dollar sign or a semicolon stands alone in it.';
  let depth = 0;
  for (const letter of code) {
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    if (depth < 0) break;
  }
  if (depth !== 0) return 'Expected one expression: its parentheses do not match.';
  if (/(^|\W)(select|from)(\W|$)/i.test(code))
    return 'Expected an expression over rows of the dataset, such as sum(amount) / count(*), not a statement.';
  return null;
}

/** The expression as a column. It stands on a line of its own, so that a comment at its end closes nothing. */
export const metricSql = (expression: string): string => `(\n${expression}\n)`;
