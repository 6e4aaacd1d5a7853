import type { Dataset, InterpretationDocument } from '@stroma/contracts';
import { getRouteApi } from '@tanstack/react-router';
import clsx from 'clsx';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import {
  Menu,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuSeparator,
  MenuTrigger,
} from '../../components/menu.tsx';
import type { Correction } from '../../search-parameters.ts';

const route = getRouteApi('/frame/ask');

type Word = InterpretationDocument['words'][number];

/** The question as it was read: each word linked to what it was taken for, with what else it could mean. */
export function Interpretation({
  interpretation,
  question,
  datasets,
}: {
  interpretation: InterpretationDocument;
  question: string | null;
  datasets: readonly Dataset[];
}) {
  const { t } = useTranslation('ask');
  const { fixes = [] } = route.useSearch();
  const navigate = route.useNavigate();
  const correct = (correction: Correction) =>
    void navigate({
      search: (now) => ({
        ...now,
        q: question ?? now.q,
        sql: undefined,
        fixes: [
          ...(now.fixes ?? []).filter(({ start, end }) => end <= correction.start || start >= correction.end),
          correction,
        ],
      }),
    });
  const columns = [...new Set(datasets.flatMap(({ version }) => version.columns.map(({ name }) => name)))];
  const words = interpretation.words.toSorted((a, b) => a.start - b.start);
  return (
    <section aria-label={t('understood')}>
      <p className="text-small text-ink-faint">{t('understood')}</p>
      <p className="mt-1 max-w-prose text-section font-medium">{interpretation.sentence}</p>
      <ul className="mt-3 flex flex-wrap gap-2">
        {words.map((word) => (
          <li key={`${word.start} ${word.end}`}>
            <WordChip
              word={word}
              columns={columns}
              corrected={fixes.some(({ start, end }) => start === word.start && end === word.end)}
              onCorrect={correct}
            />
          </li>
        ))}
      </ul>
      {fixes.length > 0 && (
        <p className="mt-2 flex items-center gap-2 text-small text-ink-soft">
          {t('corrected', { count: fixes.length })}
          <Button
            size="small"
            look="quiet"
            onClick={() => void navigate({ search: ({ fixes: _, ...rest }) => rest })}
          >
            {t('corrections_drop')}
          </Button>
        </p>
      )}
    </section>
  );
}

/** Columns a menu offers besides the likely ones; a wide table is corrected by writing the column's name. */
const mostColumns = 30;

function WordChip({
  word,
  columns,
  corrected,
  onCorrect,
}: {
  word: Word;
  columns: readonly string[];
  corrected: boolean;
  onCorrect: (correction: Correction) => void;
}) {
  const { t } = useTranslation('ask');
  const span = { start: word.start, end: word.end };
  const quiet = word.role === 'ignored';
  const wrong = word.role === 'unknown';
  const namesColumn = wrong || word.role === 'column' || (word.role === 'group' && word.column !== null);
  const offered = new Set([word.column, ...word.alternatives.map(({ column }) => column)]);
  const others = namesColumn ? columns.filter((name) => !offered.has(name)).slice(0, mostColumns) : [];
  return (
    <Menu>
      <MenuTrigger asChild>
        <button
          type="button"
          title={t('word_role', { role: t(`role_${word.role}`), target: word.target })}
          data-word={word.text}
          className={clsx(
            'flex min-h-8 max-w-72 items-center gap-2 rounded-md border px-2 py-1 text-start hover:bg-hover data-[state=open]:bg-hover',
            wrong
              ? 'border-critical bg-critical-soft'
              : corrected
                ? 'border-accent'
                : 'border-line bg-surface',
            quiet && 'border-dashed',
          )}
        >
          <span className={clsx('font-medium', quiet && 'font-normal text-ink-faint line-through')}>
            {word.text}
          </span>
          <span className={clsx('truncate text-small', wrong ? 'text-critical' : 'text-ink-soft')}>
            {word.role === 'ignored' || word.role === 'unknown' ? t(`role_${word.role}`) : word.target}
          </span>
        </button>
      </MenuTrigger>
      <MenuContent align="start">
        <MenuLabel>{t('word_meant', { text: word.text })}</MenuLabel>
        <MenuItem icon={Check} onSelect={() => undefined}>
          {word.target || t(`role_${word.role}`)}
        </MenuItem>
        {word.alternatives.map(({ target, column, value }) => (
          <MenuItem
            key={`${target} ${column} ${String(value)}`}
            onSelect={() =>
              onCorrect({
                ...span,
                ...(column !== null && { column }),
                ...(value !== null && { value }),
              })
            }
          >
            <span className="ps-6">{target}</span>
          </MenuItem>
        ))}
        {others.length > 0 && (
          <>
            <MenuSeparator />
            <MenuLabel>{t('word_other_column')}</MenuLabel>
            {others.map((column) => (
              <MenuItem key={column} onSelect={() => onCorrect({ ...span, column })}>
                <span className="ps-6">{column}</span>
              </MenuItem>
            ))}
          </>
        )}
        {!quiet && (
          <>
            <MenuSeparator />
            <MenuItem onSelect={() => onCorrect({ ...span, ignore: true })}>
              <span className="ps-6">{t('word_ignore')}</span>
            </MenuItem>
          </>
        )}
      </MenuContent>
    </Menu>
  );
}
