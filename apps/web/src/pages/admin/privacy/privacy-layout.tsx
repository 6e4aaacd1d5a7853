import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

const parts = [
  { to: '/admin/privacy', label: 'requests' },
  { to: '/admin/privacy/consents', label: 'consents' },
  { to: '/admin/privacy/find', label: 'find' },
  { to: '/admin/privacy/anonymise', label: 'anonymise' },
] as const;

/** The parts of privacy, one beside the other. */
export function PrivacyLayout() {
  const { t } = useTranslation('privacy');
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const here = parts.findLast(({ to }) => path.startsWith(to))?.to;
  return (
    <>
      <nav aria-label={t('parts')} className="overflow-x-auto border-b border-line px-4 sm:px-8">
        <ul className="flex gap-4">
          {parts.map(({ to, label }) => (
            <li key={to} className="shrink-0">
              <Link
                to={to}
                activeOptions={{ exact: true }}
                {...(to === here && { 'aria-current': 'page' as const })}
                className="-mb-px flex h-10 items-center border-b-2 border-transparent whitespace-nowrap text-ink-soft hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink"
              >
                {t(label)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Outlet />
    </>
  );
}
