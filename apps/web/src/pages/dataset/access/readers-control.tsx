import type { DatasetRule } from '@stroma/contracts';
import { ChevronDown } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Select } from '../../../components/field.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '../../../components/popover.tsx';
import type { NamedRole } from './roles.ts';

type Readers = DatasetRule['readers'];

/** Whom a rule is for: some roles, or all but some. */
export function ReadersControl({
  readers,
  roles,
  label,
  onChange,
}: {
  readers: Readers;
  roles: readonly NamedRole[];
  label: string;
  onChange: (readers: Readers) => void;
}) {
  const { t } = useTranslation('access');
  const named =
    readers.roles.length === 0
      ? t('no_roles')
      : readers.roles.map((role) => roles.find((each) => each.role === role)?.name ?? role).join(', ');
  const toggle = (role: string) =>
    onChange({
      ...readers,
      roles: readers.roles.includes(role)
        ? readers.roles.filter((each) => each !== role)
        : [...readers.roles, role],
    });
  return (
    <div className="grid grid-cols-1 gap-2 pe-12 lg:pe-0">
      <Select
        aria-label={`${label}: ${t('readers')}`}
        value={readers.which}
        onChange={({ target }) =>
          onChange({ ...readers, which: target.value === 'only' ? 'only' : 'all_but' })
        }
      >
        <option value="only">{t('readers_only')}</option>
        <option value="all_but">{t('readers_all_but')}</option>
      </Select>
      <Popover>
        <PopoverTrigger asChild>
          <Button
            className="justify-between border-line-strong! px-2"
            aria-label={`${label}: ${t('roles')}: ${named}`}
          >
            <span className="min-w-0 flex-1 truncate text-start">{named}</span>
            <ChevronDown size={14} aria-hidden className="shrink-0 text-ink-faint" />
          </Button>
        </PopoverTrigger>
        <PopoverContent label={t('roles')}>
          <ul className="grid max-h-72 gap-1 overflow-y-auto p-2">
            {roles.map(({ role, name }) => (
              <li key={role}>
                <label className="flex items-center gap-2 rounded px-2 py-1 hover:bg-hover">
                  <input
                    type="checkbox"
                    className="accent-accent"
                    checked={readers.roles.includes(role)}
                    onChange={() => toggle(role)}
                  />
                  {name}
                </label>
              </li>
            ))}
          </ul>
        </PopoverContent>
      </Popover>
    </div>
  );
}
