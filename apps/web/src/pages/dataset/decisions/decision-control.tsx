import type { IngestDecisionsDocument } from '@stroma/contracts';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Input, Select } from '../../../components/field.tsx';
import { formatCount } from '../../../lib/format.ts';
import {
  characters,
  characterWord,
  type DecisionName,
  dateOrders,
  encodings,
  formats,
} from './decision-choices.ts';

/** The control that fits one decision: a choice, a number, a list or a text. */
export function DecisionControl({
  name,
  label,
  value,
  decisions,
  onChange,
}: {
  name: DecisionName;
  label: string;
  value: unknown;
  decisions: IngestDecisionsDocument;
  onChange: (value: unknown) => void;
}) {
  const { t } = useTranslation('dataset');
  const { t: common } = useTranslation();
  const listId = useId();
  const choose = (
    options: readonly { value: string; label: string }[],
    read = (text: string): unknown => text,
  ) => (
    <Select aria-label={label} value={String(value)} onChange={({ target }) => onChange(read(target.value))}>
      {options.some((option) => option.value === String(value)) ? null : (
        <option value={String(value)}>{String(value)}</option>
      )}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </Select>
  );
  switch (name) {
    case 'format':
      return choose(formats.map((each) => ({ value: each, label: each })));
    case 'date_order':
      return choose(dateOrders.map((each) => ({ value: each, label: t(`date_order_${each}`) })));
    case 'delimiter':
    case 'quote':
    case 'escape':
    case 'decimal':
    case 'thousands':
      return choose(
        characters[name].map((each) => {
          const word = characterWord(each);
          return { value: each, label: word === null ? each : t(word) };
        }),
      );
    case 'skip_lines':
    case 'header_lines':
    case 'footer_lines':
      return (
        <Input
          type="number"
          min={0}
          max={name === 'header_lines' ? 20 : 100_000}
          aria-label={label}
          value={Number(value)}
          onChange={({ target }) => onChange(Math.max(0, Math.round(target.valueAsNumber || 0)))}
        />
      );
    case 'encoding':
      return (
        <>
          <Input
            aria-label={label}
            list={listId}
            value={String(value)}
            onChange={({ target }) => onChange(target.value)}
          />
          <datalist id={listId}>
            {encodings.map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
        </>
      );
    case 'null_values':
      return (
        <Input
          aria-label={label}
          value={(value as string[]).join(', ')}
          onChange={({ target }) =>
            onChange(target.value === '' ? [] : target.value.split(',').map((each) => each.trim()))
          }
        />
      );
    case 'table':
      return choose(
        decisions.tables.map(({ index, name: tableName, first_line, last_line, rows }) => ({
          value: String(index),
          label: t('table_option', {
            number: index + 1,
            name: tableName ?? '',
            first: first_line,
            last: last_line,
            rows: common('rows', { count: rows, shown: formatCount(rows) }),
          }),
        })),
        Number,
      );
    case 'compression':
    case 'line_end':
      return <span>{String(value)}</span>;
  }
}
