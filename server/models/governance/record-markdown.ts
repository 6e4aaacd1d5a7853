import type { PrintedBlock, PrintedRecord } from './record-print.ts';

/** A printed record as Markdown; what persons wrote stands as text and makes nothing of its own. */
export function recordMarkdown({ title, facts, notice, blocks }: PrintedRecord): string {
  const parts = [
    `# ${plain(title)}`,
    table(
      ['', ''],
      facts.map(({ name, value }) => [name, value]),
    ),
    plain(notice),
    ...blocks.map(blockText),
  ];
  return `${parts.join('\n\n')}\n`;
}

function blockText(block: PrintedBlock): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level + 1)} ${plain(block.text)}`;
    case 'text':
      return paragraphs(block.text);
    case 'list':
      return block.items.map((item) => `- ${plain(item)}`).join('\n');
    case 'table':
      return table(block.head, block.rows);
  }
}

/** In one line, with every sign that Markdown or HTML would take for its own written out. */
const plain = (text: string): string =>
  text.replace(/\s*\n\s*/g, ' ').replace(/[\\`*_{}[\]<>#|~!&]/g, (sign) => `\\${sign}`);

const paragraphs = (text: string): string =>
  text
    .split(/\n{2,}/)
    .map((each) => plain(each).replace(/^(\s*)([-+=]|\d+[.)])/, '$1\\$2'))
    .join('\n\n');

function table(head: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(plain).join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}
