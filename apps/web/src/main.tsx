import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './theme.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Toaster } from './components/toaster.tsx';
import { startLanguage } from './lib/i18n.ts';
import { queryClient } from './lib/query-client.ts';
import { applyTheme } from './lib/theme.ts';
import { router } from './router.tsx';

applyTheme();
reloadAfterUpdate();
await startLanguage();

const element = document.getElementById('root');
if (element === null) throw new Error('index.html has no #root to draw into');
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <Toaster />
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
