import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './theme.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { TooltipProvider } from './components/tooltip.tsx';
import { startLanguage } from './lib/i18n.ts';
import { queryClient } from './lib/query-client.ts';
import { applyTheme } from './lib/theme.ts';
import { useToasts } from './lib/toasts.ts';
import { router } from './router.tsx';

const Toaster = lazy(async () => ({ default: (await import('./components/toaster.tsx')).Toaster }));

/** Loads what shows passing messages with the first of them. */
function Toasts() {
  return useToasts().length === 0 ? null : (
    <Suspense>
      <Toaster />
    </Suspense>
  );
}

applyTheme();
reloadAfterUpdate();
await startLanguage();

const element = document.getElementById('root');
if (element === null) throw new Error('index.html has no #root to draw into');
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <TooltipProvider>
        <RouterProvider router={router} />
        <Toasts />
      </TooltipProvider>
    </QueryClientProvider>
  </StrictMode>,
);

/** After an update the page's old parts are gone from the server: the page loads itself anew, once. */
function reloadAfterUpdate(): void {
  window.addEventListener('vite:preloadError', (event) => {
    const key = 'stroma.reloaded-at';
    if (Date.now() - Number(sessionStorage.getItem(key) ?? 0) < 30_000) return;
    sessionStorage.setItem(key, String(Date.now()));
    event.preventDefault();
    window.location.reload();
  });
}
