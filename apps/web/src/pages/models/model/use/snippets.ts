import type { ModelEvaluation } from '@stroma/contracts';

export const snippetLanguages = ['curl', 'typescript', 'python'] as const;

/** A call that works as it stands once the key is put in: a typical row of the model's own columns. */
export function snippet(
  language: (typeof snippetLanguages)[number],
  { model_id, number, signature }: Pick<ModelEvaluation, 'model_id' | 'number' | 'signature'>,
  origin: string,
): string {
  const row = Object.fromEntries(signature.map(({ name, typical }) => [name, typical]));
  const body = { model_id, version: String(number), rows: [row] };
  const json = JSON.stringify(body, null, 2);
  switch (language) {
    case 'curl':
      return [
        `curl ${origin}/api/v1/ml/predict \\`,
        '  -H "Authorization: Bearer $STROMA_API_KEY" \\',
        '  -H "Content-Type: application/json" \\',
        `  --data '${json.replaceAll("'", "'\\''")}'`,
      ].join('\n');
    case 'typescript':
      return [
        "import { createClient } from '@stroma/sdk';",
        '',
        `const stroma = createClient({ baseUrl: '${origin}', token: process.env.STROMA_API_KEY });`,
        `const { predictions } = await stroma.predictions.predict({ body: ${json} });`,
        'console.log(predictions[0].prediction, predictions[0].confidence);',
      ].join('\n');
    case 'python':
      return [
        'import json, os, urllib.request',
        '',
        `body = ${python(body, 0)}`,
        'request = urllib.request.Request(',
        `    "${origin}/api/v1/ml/predict",`,
        '    data=json.dumps(body).encode(),',
        '    headers={',
        '        "Authorization": f"Bearer {os.environ[\'STROMA_API_KEY\']}",',
        '        "Content-Type": "application/json",',
        '    },',
        ')',
        'with urllib.request.urlopen(request) as answer:',
        '    print(json.load(answer)["predictions"][0])',
      ].join('\n');
  }
}

/** A value as Python writes it. */
function python(value: unknown, depth: number): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const space = '    '.repeat(depth + 1);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((each) => `${space}${python(each, depth + 1)},`)
    : Object.entries(value as object).map(
        ([key, each]) => `${space}${JSON.stringify(key)}: ${python(each, depth + 1)},`,
      );
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  return [open, ...parts, `${'    '.repeat(depth)}${close}`].join('\n');
}
