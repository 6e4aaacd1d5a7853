import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccountLanguage } from '../../lib/account-language.ts';
import { withTexts } from '../../lib/i18n.ts';
import { useLiveEvents } from '../../lib/live-events.ts';
import { sessionQuery } from '../../lib/session.ts';
import { useStepUp } from '../../lib/step-up.ts';
import { Rail } from './rail.tsx';
import { TopBar } from './top-bar.tsx';

const StepUpDialog = lazy(() => withTexts(import('./step-up-dialog.tsx')));
const CommandPalette = lazy(() => withTexts(import('./command-palette.tsx')));

/** What stands around every page once somebody is signed in. */
export function Frame() {
  const { t } = useTranslation();
  const [palette, setPalette] = useState<'unloaded' | 'open' | 'closed'>('unloaded');
  const session = useQuery(sessionQuery).data;
  const router = useRouter();
  const stepUp = useStepUp();
  useLiveEvents(session ?? null);
  useAccountLanguage(session ?? null);
  useEffect(() => {
    if (session === null) void router.invalidate();
  }, [session, router]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      setPalette((now) => (now === 'open' ? 'closed' : 'open'));
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div className="flex h-dvh flex-col sm:flex-row">
      <a
        href="#content"
        className="fixed start-4 -top-16 z-50 rounded-md bg-accent-fill px-4 py-2 text-accent-on-fill focus:top-4"
      >
        {t('skip_to_content')}
      </a>
      <Rail />
      <div
        className="flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto pb-14 sm:pb-0"
        data-scroller="page"
      >
        <TopBar onPalette={() => setPalette('open')} />
        <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
          <Outlet />
        </main>
      </div>
      {stepUp && (
        <Suspense>
          <StepUpDialog />
        </Suspense>
      )}
      {palette !== 'unloaded' && (
        <Suspense>
          <CommandPalette
            open={palette === 'open'}
            onOpenChange={(open) => setPalette(open ? 'open' : 'closed')}
          />
        </Suspense>
      )}
    </div>
  );
}
