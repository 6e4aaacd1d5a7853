import type { PersonExport, PersonSection, SubjectPackage } from '@stroma/contracts';

const escaped = (value: unknown): string =>
  (value === null || value === undefined
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)
  )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const words = (name: string): string => escaped(name.replaceAll('_', ' '));

/** An export as one page to read or print, with no script and nothing from elsewhere. */
export function personPage({ person, exported_at, notice, sections }: PersonExport): string {
  const about = `${person.email}, ${person.user_id}. Made ${exported_at}. ${notice}`;
  return page(person.name, about, sections);
}

export function subjectPage({
  subject,
  request_id,
  made_at,
  made_by,
  notice,
  sections,
}: SubjectPackage): string {
  return page(subject, `Request ${request_id}. Made ${made_at} by ${made_by}. ${notice}`, sections);
}

function page(name: string, about: string, sections: readonly PersonSection[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Held on ${escaped(name)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1a202c}
div{overflow-x:auto}table{border-collapse:collapse}th,td{border-bottom:1px solid #cbd5e0;padding:.3rem .8rem .3rem 0;text-align:start;vertical-align:top}
th{font-weight:600}p{color:#4a5568}</style></head><body>
<h1>What is held on ${escaped(name)}</h1>
<p>${escaped(about)}</p>
${sections.map(sectionOf).join('\n')}
</body></html>
`;
}

function sectionOf({ about, rows, truncated }: PersonSection): string {
  const columns = Object.keys(rows[0] ?? {});
  const lines = rows.map(
    (row) => `<tr>${columns.map((each) => `<td>${escaped(row[each])}</td>`).join('')}</tr>`,
  );
  const table = `<div><table><tr>${columns.map((each) => `<th>${words(each)}</th>`).join('')}</tr>${lines.join('\n')}</table></div>`;
  const more = truncated ? `<p>There are more; these are the first ${rows.length}.</p>` : '';
  return `<h2>${escaped(about)}</h2>\n${rows.length === 0 ? '<p>Nothing.</p>' : table + more}`;
}
