import { Link } from '@tanstack/react-router';
import clsx from 'clsx';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../lib/session.ts';
import logo from '../../stroma.svg';
import { areasFor } from './areas.ts';

const MoreAreas = lazy(async () => ({ default: (await import('./more-areas.tsx')).MoreAreas }));

/** So many stand in the bar of a narrow page; the others are behind its last place. */
const inBar = 4;

/** The areas: a column at the start of a wide page, a bar at the foot of a narrow one. */
export function Rail() {
  const { t } = useTranslation();
  const areas = areasFor(useSession()?.permissions ?? []);
  return (
    <nav
      aria-label={t('areas')}
      className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-canvas sm:static sm:flex sm:w-[4.5rem] sm:shrink-0 sm:flex-col sm:border-e sm:border-t-0 in-[:fullscreen]:hidden!"
    >
      <Link to="/" aria-label="Stroma" className="mx-auto mt-3 mb-4 hidden rounded-lg sm:block">
        <img src={logo} alt="" width={32} height={32} />
      </Link>
      <ul className="flex justify-around sm:flex-col sm:gap-1 sm:px-0.5">
        {areas.map(({ to, label, icon: Icon }, place) => (
          <li key={to} className={clsx('min-w-0 flex-1 sm:flex-none', place >= inBar && 'max-sm:hidden')}>
            <Link
              to={to}
              activeOptions={{ exact: to === '/' }}
              className="group flex h-14 flex-col items-center justify-center gap-1 rounded-md text-small text-ink-soft hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-accent sm:hover:bg-hover sm:aria-[current=page]:bg-accent-soft"
            >
              <Icon size={18} aria-hidden strokeWidth={1.75} />
              <span className="max-w-full truncate tracking-[-0.03em]">{t(label)}</span>
            </Link>
          </li>
        ))}
        {areas.length > inBar && (
          <li className="h-14 min-w-0 flex-1 sm:hidden">
            <Suspense>
              <MoreAreas areas={areas.slice(inBar)} />
            </Suspense>
          </li>
        )}
      </ul>
    </nav>
  );
}
