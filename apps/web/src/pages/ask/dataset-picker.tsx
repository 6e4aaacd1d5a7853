import type { Dataset } from '@stroma/contracts';
import { Check, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Input } from '../../components/field.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '../../components/popover.tsx';
import { formatCount } from '../../lib/format.ts';

const most = 20;

/** Which datasets a question is about. */
export function DatasetPicker({
  all,
  chosen,
  onChange,
}: {
  all: readonly Dataset[];
  chosen: readonly Dataset[];
  onChange: (chosen: readonly Dataset[]) => void;
}) {
  const { t } = useTranslation('ask');
  const { t: common } = useTranslation();
  const [text, setText] = useState('');
  const found = all.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()));
  const isChosen = ({ dataset_id }: Dataset) => chosen.some((each) => each.dataset_id === dataset_id);
  const toggle = (dataset: Dataset) =>
    onChange(
      isChosen(dataset)
        ? chosen.filter(({ dataset_id }) => dataset_id !== dataset.dataset_id)
        : [...chosen, dataset],
    );
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="text-ink-soft">{t('datasets')}</span>
      {chosen.map((dataset) => (
        <span
          key={dataset.dataset_id}
          className="inline-flex h-8 max-w-60 items-center gap-1 rounded-md border border-line bg-surface ps-3 pe-1"
        >
          <span className="truncate">{dataset.name}</span>
          {chosen.length > 1 && (
            <button
              type="button"
              aria-label={t('datasets_remove', { name: dataset.name })}
              onClick={() => toggle(dataset)}
              className="grid size-6 place-items-center rounded text-ink-faint hover:bg-hover hover:text-ink"
            >
              <X size={14} aria-hidden />
            </button>
          )}
          {chosen.length === 1 && <span className="w-1" />}
        </span>
      ))}
      <Popover>
        <PopoverTrigger asChild>
          <Button look="quiet">
            <Plus size={16} aria-hidden />
            {t('datasets_pick')}
          </Button>
        </PopoverTrigger>
        <PopoverContent label={t('datasets_pick')} className="p-2">
          <Input
            type="search"
            aria-label={t('datasets_find')}
            placeholder={t('datasets_find')}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <ul className="mt-2 max-h-72 overflow-y-auto">
            {found.map((dataset) => (
              <li key={dataset.dataset_id}>
                <button
                  type="button"
                  role="checkbox"
                  aria-checked={isChosen(dataset)}
                  disabled={isChosen(dataset) ? chosen.length === 1 : chosen.length >= most}
                  onClick={() => toggle(dataset)}
                  className="flex h-9 w-full items-center gap-2 rounded-md px-2 text-start -outline-offset-2 hover:bg-hover"
                >
                  <span className="grid size-4 shrink-0 place-items-center rounded border border-line-strong">
                    {isChosen(dataset) && <Check size={12} aria-hidden className="text-accent" />}
                  </span>
                  <span className="min-w-0 flex-1 truncate">{dataset.name}</span>
                  <span className="text-small text-ink-faint">
                    {common('rows', { count: dataset.rows, shown: formatCount(dataset.rows) })}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          {found.length === 0 && <p className="p-2 text-ink-soft">{t('datasets_none')}</p>}
          {chosen.length >= most && <p className="p-2 text-ink-soft">{t('datasets_too_many')}</p>}
        </PopoverContent>
      </Popover>
    </div>
  );
}
