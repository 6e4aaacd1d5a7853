import { Search } from 'lucide-react';
import { Input } from './field.tsx';

/** Finds in a list while it is written. */
export function SearchField({
  label,
  value,
  onText,
  className = '',
}: {
  label: string;
  value: string;
  onText: (text: string) => void;
  className?: string;
}) {
  return (
    <div className={`relative w-64 max-w-full ${className}`}>
      <Search size={14} aria-hidden className="absolute start-2 top-2.5 text-ink-faint" />
      <Input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={({ target }) => onText(target.value)}
        className="ps-7"
      />
    </div>
  );
}
