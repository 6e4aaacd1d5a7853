import clsx from 'clsx';
import { Search } from 'lucide-react';
import { Input } from './field.tsx';

/** Finds in a list while it is written. */
export function SearchField({
  label,
  value,
  onText,
  placeholder = label,
  code = false,
  className,
}: {
  label: string;
  value: string;
  onText: (text: string) => void;
  placeholder?: string;
  /** What is written is a condition, not words. */
  code?: boolean;
  className?: string;
}) {
  return (
    <div className={clsx('relative w-64 max-w-full', className)}>
      <Search size={14} aria-hidden className="absolute start-2 top-2.5 text-ink-faint" />
      <Input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        spellCheck={!code}
        value={value}
        onChange={({ target }) => onText(target.value)}
        className={clsx('ps-7', code && 'font-mono text-small')}
      />
    </div>
  );
}
