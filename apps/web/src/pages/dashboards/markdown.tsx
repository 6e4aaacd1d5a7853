import { type TextBlock, type TextSpan, textBlocks } from '@stroma/charts';

/** The text of a tile, as it is meant; what is no mark stands as it is. */
export function Markdown({ text }: { text: string }) {
  return <div className="grid gap-2 wrap-anywhere">{grouped(textBlocks(text)).map(drawn)}</div>;
}

/** Points that follow each other are one list. */
function grouped(blocks: readonly TextBlock[]): TextBlock[][] {
  const groups: TextBlock[][] = [];
  for (const block of blocks) {
    const last = groups.at(-1);
    const goesOn = block.kind === 'point' && last?.[0]?.kind === 'point';
    if (goesOn && (last[0]?.number === undefined) === (block.number === undefined)) last.push(block);
    else groups.push([block]);
  }
  return groups;
}

function drawn(blocks: readonly TextBlock[], at: number) {
  const [first] = blocks;
  if (first === undefined) return null;
  const { kind, level, number, spans } = first;
  if (kind === 'paragraph') return <p key={at}>{spans.map(run)}</p>;
  if (kind === 'heading')
    return (
      <p key={at} className={level === 1 ? 'text-section font-semibold' : 'font-semibold'}>
        {spans.map(run)}
      </p>
    );
  // biome-ignore lint/suspicious/noArrayIndexKey: points are their order
  const points = blocks.map((each, place) => <li key={place}>{each.spans.map(run)}</li>);
  return number === undefined ? (
    <ul key={at} className="list-disc ps-5">
      {points}
    </ul>
  ) : (
    <ol key={at} start={number} className="list-decimal ps-5">
      {points}
    </ol>
  );
}

function run({ text, mark, href }: TextSpan, at: number) {
  switch (mark) {
    case 'strong':
      return <strong key={at}>{text}</strong>;
    case 'emphasis':
      return <em key={at}>{text}</em>;
    case 'code':
      return (
        <code key={at} className="font-mono text-small">
          {text}
        </code>
      );
    case 'link':
      return (
        <a
          key={at}
          href={href}
          rel="noopener noreferrer"
          className="text-accent underline underline-offset-2"
        >
          {text}
        </a>
      );
    case 'plain':
      return text;
  }
}
