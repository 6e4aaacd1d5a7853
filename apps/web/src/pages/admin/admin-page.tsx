import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { LayoutGrid, type LucideIcon } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useCrumbName } from '../../components/frame/crumbs.ts';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { useSession } from '../../lib/session.ts';
import { type AdminSection, adminSections } from './admin-sections.ts';

/** The sections the person who looks may open. */
export function useAdminSections(): readonly AdminSection[] {
  const held = useSession()?.permissions ?? [];
  return adminSections.filter(({ permissions }) => permissions.some((each) => held.includes(each)));
}

/** The Admin area: its navigation beside the page on a wide screen, above it on a narrow one. */
export function AdminPage() {
  const { t } = useTranslation('admin');
  const sections = useAdminSections();
  const nav = useRef<HTMLElement>(null);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const here = sections.find(({ to }) => path === to || path.startsWith(`${to}/`));
  // On a narrow screen the row of pages is wider than the window.
  useEffect(() => {
    const current = path && nav.current?.querySelector('[aria-current="page"]');
    if (current) current.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [path]);
  useCrumbName(here === undefined ? null : t(here.label));
  if (sections.length === 0)
    return (
      <Page title={t('title')}>
        <Notice tone="info" title={t('nothing')}>
          {t('nothing_text')}
        </Notice>
      </Page>
    );
  return (
    <div className="mx-auto flex w-full max-w-[100rem] flex-col lg:flex-row">
      <nav
        ref={nav}
        aria-label={t('navigation')}
        className="shrink-0 overflow-x-auto border-b border-line px-4 sm:px-8 lg:sticky lg:top-0 lg:w-56 lg:self-start lg:overflow-visible lg:border-0 lg:py-6 lg:pe-0"
      >
        <ul className="flex gap-1 lg:flex-col">
          <NavItem to="/admin" label={t('overview')} icon={LayoutGrid} exact />
          {sections.map(({ to, label, icon }) => (
            <NavItem key={to} to={to} label={t(label)} icon={icon} />
          ))}
        </ul>
      </nav>
      <div className="min-w-0 flex-1">
        <Outlet />
      </div>
    </div>
  );
}

function NavItem({
  to,
  label,
  icon: Icon,
  exact = false,
}: {
  to: AdminSection['to'] | '/admin';
  label: string;
  icon: LucideIcon;
  exact?: boolean;
}) {
  return (
    <li className="shrink-0">
      <Link
        to={to}
        activeOptions={{ exact }}
        className="flex h-10 items-center gap-2 rounded-md px-2 whitespace-nowrap text-ink-soft hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-accent lg:h-8 lg:hover:bg-hover lg:aria-[current=page]:bg-accent-soft"
      >
        <Icon size={16} aria-hidden strokeWidth={1.75} className="shrink-0" />
        {label}
      </Link>
    </li>
  );
}
