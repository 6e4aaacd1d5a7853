import { Link, useRouterState } from '@tanstack/react-router';
import { ChevronRight, Search, Unplug } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../../lib/live-events.ts';
import { areas } from './areas.ts';
import { useCrumb } from './crumbs.ts';

/** What opens above the page comes once the page stands: menus weigh as much as the rest of the frame. */
const RunningJobs = lazy(async () => ({ default: (await import('./running-jobs.tsx')).RunningJobs }));
const AccountMenu = lazy(async () => ({ default: (await import('./account-menu.tsx')).AccountMenu }));

const modifier = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

export function TopBar({ onPalette }: { onPalette: () => void }) {
  const { t } = useTranslation();
  const live = useLive();
  return (
    <header className="sticky top-0 z-20 flex h-12 shrink-0 items-center gap-2 border-b border-line bg-canvas/95 px-4 backdrop-blur-sm sm:px-8 in-[:fullscreen]:hidden">
      <Breadcrumb />
      <button
        type="button"
        onClick={onPalette}
        aria-keyshortcuts="Control+K Meta+K"
        className="flex h-8 items-center gap-2 rounded-md border border-line bg-surface px-2 text-ink-faint hover:bg-hover"
      >
        <Search size={16} aria-hidden />
        <span className="hidden md:inline">{t('palette_open')}</span>
        <span className="sr-only md:hidden">{t('palette_open')}</span>
        <kbd className="hidden rounded border border-line bg-sunken px-1 font-sans text-small md:inline">
          {modifier} K
        </kbd>
      </button>
      {!live && (
        <span role="img" aria-label={t('live_lost')} title={t('live_lost')} className="p-2 text-warning">
          <Unplug size={16} aria-hidden />
        </span>
      )}
      <Suspense fallback={<span className="h-8 w-18" />}>
        <RunningJobs />
        <AccountMenu />
      </Suspense>
    </header>
  );
}

function Breadcrumb() {
  const { t } = useTranslation();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const crumb = useCrumb();
  const area = areas.findLast(({ to }) => path === to || (to !== '/' && path.startsWith(`${to}/`)));
  return (
    <nav aria-label={t('breadcrumb')} className="min-w-0 flex-1">
      <ol className="flex min-w-0 items-center gap-1 text-ink-soft">
        {area && (
          <li className="shrink-0">
            {path === area.to ? (
              <span aria-current="page" className="text-ink">
                {t(area.label)}
              </span>
            ) : (
              <Link to={area.to} className="rounded hover:text-ink">
                {t(area.label)}
              </Link>
            )}
          </li>
        )}
        {crumb && (
          <li className="flex min-w-0 items-center gap-1">
            <ChevronRight size={14} aria-hidden className="shrink-0 text-ink-faint rtl:rotate-180" />
            <span aria-current="page" className="truncate text-ink">
              {crumb}
            </span>
          </li>
        )}
      </ol>
    </nav>
  );
}
