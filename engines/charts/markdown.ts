/** A run of text and how it is set. A link holds an address of this page's own site, or of the web. */
export interface TextSpan {
  text: string;
  mark: 'plain' | 'strong' | 'emphasis' | 'code' | 'link';
  href?: string;
}

/** A heading (level 1 to 6), a paragraph, or a point of a list; a numbered one says its number. */
export interface TextBlock {
  kind: 'heading' | 'paragraph' | 'point';
  level?: number;
  number?: number;
  spans: TextSpan[];
}

const heading = /^(#{1,6})\s+(.*)$/;
const point = /^\s*[-*+]\s+/;
const counted = /^\s*(\d{1,9})[.)]\s+/;

/**
 * Markdown as far as a text tile shows it: headings, lists, paragraphs, and in them bold, emphasis, code and links.
 * Anything else is text as it stands, HTML and addresses of other schemes too. Lines of a paragraph are one.
 */
export function textBlocks(markdown: string): TextBlock[] {
  const blocks: TextBlock[] = [];
  let open: string[] = [];
  const close = () => {
    if (open.length > 0) blocks.push({ kind: 'paragraph', spans: textSpans(open.join(' ')) });
    open = [];
  };
  for (const line of markdown.split(/\r\n?|\n/)) {
    const [, marks = '', title = ''] = heading.exec(line) ?? [];
    const number = counted.exec(line)?.[1];
    if (marks === '' && number === undefined && !point.test(line)) {
      if (line.trim() === '') close();
      else open.push(line.trim());
      continue;
    }
    close();
    if (marks !== '') blocks.push({ kind: 'heading', level: marks.length, spans: textSpans(title.trim()) });
    else if (number === undefined)
      blocks.push({ kind: 'point', spans: textSpans(line.replace(point, '').trim()) });
    else
      blocks.push({
        kind: 'point',
        number: Number(number),
        spans: textSpans(line.replace(counted, '').trim()),
      });
  }
  close();
  return blocks;
}

/** What a block says, without its marks. */
export const wordsOf = ({ spans }: TextBlock): string => spans.map(({ text }) => text).join('');

const marked =
  /(\*\*[^*]+\*\*|__[^_]+__|`[^`]+`|!?\[[^\]]+\]\([^)\s]*\)|\*[^*\s](?:[^*]*[^*\s])?\*|(?<![\p{L}\p{N}_])_[^_\s](?:[^_]*[^_\s])?_(?![\p{L}\p{N}_]))/u;

function textSpans(text: string): TextSpan[] {
  return text
    .split(marked)
    .filter((part) => part !== '')
    .map(spanOf);
}

function spanOf(part: string): TextSpan {
  if (!marked.test(part)) return { text: part, mark: 'plain' };
  const [, words = '', href = ''] = /^!?\[([^\]]+)\]\(([^)\s]*)\)$/.exec(part) ?? [];
  if (words !== '')
    return /^(https?:\/\/|\/(?!\/)|#)/.test(href)
      ? { text: words, mark: 'link', href }
      : { text: words, mark: 'plain' };
  if (part.startsWith('`')) return { text: part.slice(1, -1), mark: 'code' };
  return part.startsWith('**') || part.startsWith('__')
    ? { text: part.slice(2, -2), mark: 'strong' }
    : { text: part.slice(1, -1), mark: 'emphasis' };
}
