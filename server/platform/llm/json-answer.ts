import { z } from 'zod';

/** What is added to the system text for an endpoint that cannot be given a schema. */
export function schemaInstruction(schema: z.ZodType): string {
  return `Answer with one JSON value and nothing else: no explanation, no code fence. It must be valid against this JSON Schema:\n${JSON.stringify(z.toJSONSchema(schema))}`;
}

/**
 * The JSON value in a model's answer: the whole text, what stands in a code fence, or the first balanced object or
 * array. Throws SyntaxError when there is none.
 */
export function findJson(text: string): unknown {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/i.exec(text)?.[1];
  for (const candidate of [text, fenced, balanced(text)]) {
    if (candidate === undefined || candidate === null) continue;
    try {
      return JSON.parse(candidate);
    } catch {
      // The next way of reading it may do.
    }
  }
  throw new SyntaxError('The answer holds no JSON value.');
}

function balanced(text: string): string | null {
  const start = text.search(/[{[]/);
  if (start < 0) return null;
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const letter = text[at];
    if (inString) {
      if (letter === '\\') at += 1;
      else if (letter === '"') inString = false;
    } else if (letter === '"') inString = true;
    else if (letter === '{' || letter === '[') depth += 1;
    else if ((letter === '}' || letter === ']') && --depth === 0) return text.slice(start, at + 1);
  }
  return null;
}
