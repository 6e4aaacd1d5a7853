import clsx from 'clsx';
import { ChevronDown } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, Input } from './field.tsx';

export interface Choice {
  id: string;
  label: string;
}

const settledMs = 200;

/** One of many, found by typing; what matches is asked of the server. WAI-ARIA combobox with a list. */
export function SearchPicker({
  label,
  hint,
  error = null,
  placeholder,
  chosen,
  choices,
  more,
  onSearch,
  onChoose,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  placeholder: string;
  chosen: Choice | null;
  /** What matches; undefined until it is known. */
  choices: readonly Choice[] | undefined;
  /** Others match too. */
  more: boolean;
  onSearch: (text: string) => void;
  onChoose: (choice: Choice) => void;
}) {
  const { t } = useTranslation();
  const listId = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  useSettled(typed ?? '', onSearch);
  const close = () => {
    setOpen(false);
    setTyped(null);
    setActive(0);
  };
  useEscape(open, close);
  const choose = (choice: Choice | undefined) => {
    if (choice === undefined) return;
    onChoose(choice);
    close();
  };
  const last = Math.max(0, (choices?.length ?? 1) - 1);
  const at = Math.min(active, last);
  const onKeyDown = (event: KeyboardEvent) => {
    const { key } = event;
    if (key !== 'ArrowDown' && key !== 'ArrowUp' && !(key === 'Enter' && open)) return;
    event.preventDefault();
    if (key === 'Enter') choose(choices?.[at]);
    else if (!open) setOpen(true);
    else setActive(key === 'ArrowDown' ? Math.min(at + 1, last) : Math.max(at - 1, 0));
  };
  return (
    <Field label={label} hint={hint} error={error}>
      {(props) => (
        <div className="relative w-full min-w-0">
          <Input
            {...props}
            role="combobox"
            aria-expanded={open}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={open && choices?.[at] ? `${listId}-${at}` : undefined}
            autoComplete="off"
            spellCheck={false}
            className="truncate pe-7"
            placeholder={placeholder}
            value={typed ?? chosen?.label ?? ''}
            onFocus={({ target }) => target.select()}
            onClick={() => setOpen(true)}
            onChange={({ target }) => {
              setTyped(target.value);
              setActive(0);
              setOpen(true);
            }}
            onKeyDown={onKeyDown}
            onBlur={close}
          />
          <ChevronDown
            size={14}
            aria-hidden
            className="pointer-events-none absolute end-2 top-2.5 text-ink-faint"
          />
          {open && (
            <div className="absolute inset-x-0 top-full z-50 mt-1 max-h-64 overflow-y-auto rounded-md border border-line bg-raised py-1 shadow-float">
              <div id={listId} role="listbox" aria-label={label}>
                {choices?.map((choice, index) => (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field it belongs to.
                  <div
                    key={choice.id}
                    id={`${listId}-${index}`}
                    role="option"
                    tabIndex={-1}
                    aria-selected={choice.id === chosen?.id}
                    className={clsx('cursor-pointer truncate px-2 py-1', index === at && 'bg-hover')}
                    onPointerDown={(event) => event.preventDefault()}
                    onPointerMove={() => setActive(index)}
                    onClick={() => choose(choice)}
                  >
                    {choice.label}
                  </div>
                ))}
              </div>
              <span role="status" className="block px-2 text-small text-ink-faint empty:hidden">
                {choices?.length === 0 ? t('picker_none') : more ? t('picker_more') : ''}
              </span>
            </div>
          )}
        </div>
      )}
    </Field>
  );
}

/** Says what was typed once nothing was typed for a moment. */
function useSettled(text: string, tell: (text: string) => void): void {
  useEffect(() => {
    const timer = setTimeout(() => tell(text.trim()), text === '' ? 0 : settledMs);
    return () => clearTimeout(timer);
  }, [text, tell]);
}

/** Before a dialog around it hears of the key and closes too. */
function useEscape(listening: boolean, close: () => void): void {
  useEffect(() => {
    if (!listening) return;
    const hear = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      close();
    };
    window.addEventListener('keydown', hear, true);
    return () => window.removeEventListener('keydown', hear, true);
  });
}
