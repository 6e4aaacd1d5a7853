import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pages } from '../lib/pages.ts';
import { Button } from './button.tsx';
import { ErrorNotice } from './notice.tsx';
import { SkeletonRows } from './skeleton.tsx';

/** A list in pages as it stands: failed, loading, empty, or there, with a button for more. */
export function PagedList<Item>({
  pages: { items, error, retry, more },
  skeleton = { rows: 8, className: 'h-12' },
  empty,
  children,
}: {
  pages: Pages<Item>;
  skeleton?: { rows: number; className?: string };
  empty: ReactNode;
  children: (items: readonly Item[]) => ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <>
      {error ? (
        <ErrorNotice error={error} onRetry={retry} />
      ) : items === undefined ? (
        <SkeletonRows {...skeleton} />
      ) : items.length === 0 && more === null ? (
        empty
      ) : (
        children(items)
      )}
      {more !== null && (
        <div className="mt-4 flex justify-center">
          <Button disabled={more.busy} onClick={more.load}>
            {t('show_more')}
          </Button>
        </div>
      )}
    </>
  );
}
