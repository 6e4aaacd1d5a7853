import {
  Binary,
  Braces,
  Calendar,
  CalendarClock,
  Clock,
  Hash,
  type LucideIcon,
  Sigma,
  Timer,
  ToggleLeft,
  Type,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ColumnType } from '../lib/cell.ts';

const icons: Record<ColumnType, LucideIcon> = {
  boolean: ToggleLeft,
  integer: Hash,
  number: Sigma,
  text: Type,
  date: Calendar,
  time: Clock,
  timestamp: CalendarClock,
  interval: Timer,
  binary: Binary,
  nested: Braces,
};

/** A column's type as an icon that says its name. */
export function TypeMark({ type }: { type: ColumnType }) {
  const { t } = useTranslation();
  const Icon = icons[type];
  const name = t(`type_${type}`);
  return (
    <span title={name} className="inline-grid size-4 shrink-0 place-items-center text-ink-faint">
      <Icon size={14} aria-hidden />
      <span className="sr-only">{name}</span>
    </span>
  );
}
