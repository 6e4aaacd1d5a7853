import { Fragment, type ReactNode } from 'react';

/** Headings, lists, paragraphs, bold, italics, code and links of a text tile; anything else is text as it stands. */
export function Markdown({ text }: { text: string }) {
  const blocks = text.split(/\n{2,}/).filter((block) => block.trim() !== '');
  return (
    <div className="grid gap-2 wrap-anywhere">
      {blocks.map((block, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks are their order
        <Block key={at} lines={block.split('\n').filter((line) => line.trim() !== '')} />
      ))}
    </div>
  );
}

const bullet = /^\s*[-*]\s+/;
const counted = /^\s*\d+[.)]\s+/;

function Block({ lines }: { lines: readonly string[] }) {
  const [first = ''] = lines;
  const heading = /^(#{1,3})\s+(.*)$/.exec(first);
  if (heading !== null)
    return (
      <>
        <p className={heading[1] === '#' ? 'text-section font-semibold' : 'font-semibold'}>
          {inline(heading[2] ?? '')}
        </p>
        {lines.length > 1 && <Block lines={lines.slice(1)} />}
      </>
    );
  const isList = bullet.test(first) || counted.test(first);
  if (isList) {
    const List = bullet.test(first) ? 'ul' : 'ol';
    const mark = bullet.test(first) ? bullet : counted;
    return (
      <List className={List === 'ul' ? 'list-disc ps-5' : 'list-decimal ps-5'}>
        {lines.map((line) => (
          <li key={line}>{inline(line.replace(mark, ''))}</li>
        ))}
      </List>
    );
  }
  return <p>{inline(lines.join(' '))}</p>;
}

const marks = /(\*\*[^*]+\*\*|\*[^*\s][^*]*\*|_[^_\s][^_]*_|`[^`]+`|\[[^\]]+\]\([^)\s]+\))/;

function inline(text: string): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: parts are their order
  return text.split(marks).map((part, at) => <Fragment key={`${at} ${part}`}>{marked(part)}</Fragment>);
}

function marked(part: string): ReactNode {
  if (/^\*\*[^*]+\*\*$/.test(part)) return <strong>{part.slice(2, -2)}</strong>;
  if (/^(\*[^*]+\*|_[^_]+_)$/.test(part)) return <em>{part.slice(1, -1)}</em>;
  if (/^`[^`]+`$/.test(part)) return <code className="font-mono text-small">{part.slice(1, -1)}</code>;
  const link = /^\[([^\]]+)\]\((https?:\/\/[^)\s]+|\/[^)\s]*|#[^)\s]*)\)$/.exec(part);
  if (link === null) return part;
  return (
    <a href={link[2]} rel="noopener noreferrer" className="text-accent underline underline-offset-2">
      {link[1]}
    </a>
  );
}
