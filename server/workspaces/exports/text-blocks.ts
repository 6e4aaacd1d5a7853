/** A paragraph, heading or point of a text tile, without its marks. */
export interface TextBlock {
  kind: 'heading' | 'paragraph' | 'point';
  text: string;
}

/** Markdown as far as a text tile shows it: headings, points and paragraphs; emphasis and links become their words. */
export function textBlocks(markdown: string): TextBlock[] {
  const blocks: TextBlock[] = [];
  for (const part of markdown.replaceAll('\r', '').split(/\n{2,}/)) {
    let open: TextBlock | null = null;
    for (const line of part.split('\n')) {
      const text = plain(line);
      if (text === '') continue;
      if (/^#{1,6}\s/.test(line)) blocks.push({ kind: 'heading', text: text.replace(/^#+\s*/, '') });
      else if (/^\s*([-*+]|\d+[.)])\s/.test(line))
        blocks.push({ kind: 'point', text: text.replace(/^([-*+]|\d+[.)])\s+/, '') });
      else if (open === null) {
        open = { kind: 'paragraph', text };
        blocks.push(open);
      } else open.text += ` ${text}`;
    }
  }
  return blocks;
}

const plain = (line: string): string =>
  line
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(\*\*|__|~~|`)/g, '')
    .replace(/(^|\s)[*_](\S[^*_]*)[*_](?=\W|$)/g, '$1$2')
    .trim();
