import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { MoreHorizontal } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { buttonClass } from '../../components/button.tsx';
import { useCrumbName } from '../../components/frame/crumbs.ts';
import { Menu, MenuContent, MenuTrigger } from '../../components/menu.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';

/** A page of one place data comes from, as far as it is there: on its way, out of reach, or shown by `children`. */
export function AskedSource<Source>({
  title,
  asked: { data, error, refetch },
  children,
}: {
  title: string;
  asked: UseQueryResult<Source>;
  children: (source: Source) => ReactNode;
}) {
  if (data !== undefined && error === null) return children(data);
  return (
    <Page title={title}>
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={4} className="h-14" />
      )}
    </Page>
  );
}

/** Its name, the way back to the list, what it is in a line, and what can be done with it. */
export function SourcePage({
  name,
  list,
  about,
  actions,
  menu,
  children,
}: {
  name: string;
  list: { to: '/data/connections' | '/data/streams'; title: string };
  about: ReactNode;
  actions: ReactNode;
  /** What is done seldom; none for who may not. */
  menu: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  useCrumbName(name);
  return (
    <Page
      title={name}
      intro={
        <span className="flex flex-wrap items-center gap-2 wrap-anywhere">
          <Link to={list.to} className="text-accent hover:underline">
            {list.title}
          </Link>
          {about}
        </span>
      }
      actions={
        <>
          {actions}
          {menu && (
            <Menu>
              <MenuTrigger aria-label={t('more')} className={buttonClass({ look: 'quiet', size: 'icon' })}>
                <MoreHorizontal size={16} aria-hidden />
              </MenuTrigger>
              <MenuContent>{menu}</MenuContent>
            </Menu>
          )}
        </>
      }
    >
      <div className="grid grid-cols-1 gap-10">{children}</div>
    </Page>
  );
}
