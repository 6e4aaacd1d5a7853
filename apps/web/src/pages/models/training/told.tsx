import { Section } from '../../../components/page.tsx';

/** Sentences that the training left, under a title; nothing where there are none. */
export function Told({ title, lines }: { title: string; lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <Section title={title}>
      <ul className="grid max-w-prose list-disc gap-1 ps-5 text-ink-soft">
        {lines.map((line) => (
          <li key={line} className="wrap-anywhere">
            {line}
          </li>
        ))}
      </ul>
    </Section>
  );
}
