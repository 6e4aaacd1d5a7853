import { Link, useRouter } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { buttonClass } from '../button.tsx';
import { EmptyState } from '../empty-state.tsx';
import { ErrorNotice } from '../notice.tsx';
import { Page } from '../page.tsx';
import { Skeleton, SkeletonRows } from '../skeleton.tsx';

/** While a page's code is on its way. */
export function PendingPage() {
  return (
    <div className="mx-auto max-w-6xl px-4 pt-6 sm:px-8">
      <Skeleton className="h-8 w-56" />
      <div className="mt-8">
        <SkeletonRows rows={5} />
      </div>
    </div>
  );
}

export function CrashPage({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useTranslation();
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Page title={t('crash_title')} intro={t('crash_text')}>
      <ErrorNotice error={error} onRetry={retry} />
    </Page>
  );
}

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('not_found_title')}>
      <EmptyState
        icon={Compass}
        title={t('not_found_title')}
        action={
          <Link to="/" className={buttonClass({ look: 'primary' })}>
            {t('not_found_action')}
          </Link>
        }
      >
        {t('not_found_text')}
      </EmptyState>
    </Page>
  );
}
