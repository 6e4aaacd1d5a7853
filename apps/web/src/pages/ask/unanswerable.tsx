import type { Answer, Dataset } from '@stroma/contracts';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { Interpretation } from './interpretation.tsx';

const route = getRouteApi('/frame/ask');

/** A question that was not understood: which words, and what could be asked instead. */
export function Unanswerable({ answer, datasets }: { answer: Answer; datasets: readonly Dataset[] }) {
  const { t } = useTranslation('ask');
  const navigate = route.useNavigate();
  if (answer.unanswerable === null) return null;
  const { reason, not_understood, suggestions } = answer.unanswerable;
  return (
    <>
      <Notice tone="warning" title={t('unanswerable_title')}>
        <p>{reason}</p>
        <p className="mt-2 text-section text-ink">
          <MarkedQuestion question={answer.question ?? ''} words={not_understood} />
        </p>
      </Notice>
      {suggestions.length > 0 && (
        <section aria-label={t('unanswerable_suggestions')}>
          <p className="mb-2 text-small text-ink-faint">{t('unanswerable_suggestions')}</p>
          <ul className="flex flex-wrap gap-2">
            {suggestions.map((question) => (
              <li key={question} className="max-w-full">
                <Button
                  className="h-auto min-h-8 py-1 text-start whitespace-normal"
                  onClick={() => void navigate({ search: ({ datasets }) => ({ datasets, q: question }) })}
                >
                  {question}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {answer.interpretation?.words.some(({ role }) => role !== 'ignored') && (
        <Interpretation
          interpretation={answer.interpretation}
          question={answer.question}
          datasets={datasets}
        />
      )}
    </>
  );
}

/** The question with the words marked that nothing could be made of. */
function MarkedQuestion({ question, words }: { question: string; words: readonly string[] }) {
  const parts: { text: string; marked: boolean; at: number }[] = [];
  const lower = question.toLowerCase();
  const spans = words
    .map((word) => ({ from: lower.indexOf(word.toLowerCase()), length: word.length }))
    .filter(({ from, length }) => from >= 0 && length > 0)
    .toSorted((a, b) => a.from - b.from);
  let at = 0;
  for (const { from, length } of spans) {
    if (from < at) continue;
    parts.push({ text: question.slice(at, from), marked: false, at });
    parts.push({ text: question.slice(from, from + length), marked: true, at: from });
    at = from + length;
  }
  parts.push({ text: question.slice(at), marked: false, at });
  return parts.map((part) =>
    part.marked ? (
      <mark
        key={part.at}
        className="rounded-sm bg-transparent font-medium text-critical underline decoration-critical decoration-wavy underline-offset-4"
      >
        {part.text}
      </mark>
    ) : (
      <span key={`plain ${part.at}`}>{part.text}</span>
    ),
  );
}
