import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Toaster } from './components/toaster.tsx';
import { TooltipProvider } from './components/tooltip.tsx';
import { startLanguage } from './lib/i18n.ts';
import { queryClient } from './lib/query-client.ts';
import { applyTheme } from './lib/theme.ts';
import { router } from './router.tsx';

applyTheme();
await startLanguage();

const element = document.getElementById('root');
if (element === null) throw new Error('index.html has no #root to draw into');
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <TooltipProvider>
        <RouterProvider router={router} />
        <Toaster />
      </TooltipProvider>
    </QueryClientProvider>
  </StrictMode>,
);
