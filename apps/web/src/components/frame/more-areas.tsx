import { useLocation, useNavigate } from '@tanstack/react-router';
import clsx from 'clsx';
import { Ellipsis } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../menu.tsx';
import type { Area } from './areas.ts';

/** The last place in the bar of a narrow page: it shows the area one is in, and opens the list of the others. */
export function MoreAreas({ areas }: { areas: readonly Area[] }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const here = useLocation({ select: ({ pathname }) => pathname });
  const current = areas.find(({ to }) => here === to || here.startsWith(`${to}/`));
  const Icon = current?.icon ?? Ellipsis;
  return (
    <Menu>
      <MenuTrigger asChild>
        <button
          type="button"
          aria-label={current === undefined ? t('other_areas') : `${t(current.label)}, ${t('other_areas')}`}
          className={clsx(
            'flex h-14 w-full flex-col items-center justify-center gap-1 rounded-md text-small',
            current === undefined ? 'text-ink-soft hover:text-ink' : 'font-medium text-accent',
          )}
        >
          <Icon size={18} aria-hidden strokeWidth={1.75} />
          <span className="max-w-full truncate tracking-[-0.03em]">
            {current === undefined ? t('more_areas') : t(current.label)}
          </span>
        </button>
      </MenuTrigger>
      <MenuContent>
        {areas.map(({ to, label, icon }) => (
          <MenuItem key={to} icon={icon} onSelect={() => void navigate({ to })}>
            {t(label)}
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  );
}
