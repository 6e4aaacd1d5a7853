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

/** No decision has this value. */
const leftOpen = '(undecided)';

/**
 * The control that fits one decision: a choice, a number, a list or a text. With `undecided`, the words for a decision
 * that is left to the file, the value may be undefined and be made so again.
 */
export function DecisionControl({
  name,
  label,
  value,
  tables,
  columns = [],
  undecided,
  onChange,
}: {
  name: DecisionName;
  label: string;
  value: unknown;
  /** Those that were found; none where nothing could be read. */
  tables: IngestDecisionsDocument['tables'];
  columns?: readonly string[];
  undecided?: string;
  onChange: (value: unknown) => void;
}) {
  const { t } = useTranslation('dataset');
  const { t: common } = useTranslation();
  const listId = useId();
  const choose = (
    options: readonly { value: string; label: string }[],
    read = (text: string): unknown => text,
  ) => (
    <Select
      aria-label={label}
      value={value === undefined ? leftOpen : String(value)}
      onChange={({ target }) => onChange(target.value === leftOpen ? undefined : read(target.value))}
    >
      {undecided !== undefined && <option value={leftOpen}>{undecided}</option>}
      {value === undefined || options.some((option) => option.value === String(value)) ? null : (
        <option value={String(value)}>{String(value)}</option>
      )}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </Select>
  );
  const count = (from: number, to: number) => (
    <Input
      type="number"
      min={from}
      max={to}
      placeholder={undecided}
      aria-label={label}
      value={value === undefined ? '' : Number(value) + from}
      onChange={({ target }) =>
        onChange(
          undecided !== undefined && target.value === ''
            ? undefined
            : Math.max(0, Math.round(target.valueAsNumber || 0) - from),
        )
      }
    />
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
      return count(0, name === 'header_lines' ? 20 : 100_000);
    case 'encoding':
      return (
        <>
          <Input
            aria-label={label}
            list={listId}
            placeholder={undecided}
            value={String(value ?? '')}
            onChange={({ target }) => onChange(target.value || (undecided === undefined ? '' : undefined))}
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
          placeholder={undecided}
          value={((value ?? []) as string[]).join(', ')}
          onChange={({ target }) =>
            onChange(
              target.value === ''
                ? undecided === undefined
                  ? []
                  : undefined
                : target.value.split(',').map((each) => each.trim()),
            )
          }
        />
      );
    case 'table':
      // People count tables from one.
      if (tables.length === 0) return count(1, 10_000);
      return choose(
        tables.map(({ index, name: tableName, first_line, last_line, rows }) => ({
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
    case 'row_order':
      return (
        <Select
          aria-label={label}
          value={value === null ? '' : String(value)}
          onChange={({ target }) => onChange(target.value === '' ? null : target.value)}
        >
          <option value="">{t('order_of_file')}</option>
          {columns.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </Select>
      );
    case 'compression':
    case 'line_end':
      return <span>{String(value)}</span>;
  }
}
