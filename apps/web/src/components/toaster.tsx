import { X } from 'lucide-react';
import { Toast } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { closeToast, useToasts } from '../lib/toasts.ts';

/** Where passing messages appear; F8 moves the focus there. */
export function Toaster() {
  const { t } = useTranslation();
  return (
    <Toast.Provider label={t('notification')} swipeDirection="right">
      {useToasts().map(({ id, text, tone, action }) => (
        <Toast.Root
          key={id}
          duration={action ? 10_000 : 4000}
          type={tone === 'critical' ? 'foreground' : 'background'}
          onOpenChange={(open) => !open && closeToast(id)}
          className="appear flex items-center gap-2 rounded-lg border border-line bg-raised py-2 ps-4 pe-2 shadow-float"
        >
          <Toast.Description className={tone === 'critical' ? 'flex-1 text-critical' : 'flex-1'}>
            {text}
          </Toast.Description>
          {action && (
            <Toast.Action asChild altText={action.label} onClick={action.run}>
              <button type="button" className="rounded px-2 py-1 font-medium text-accent hover:bg-hover">
                {action.label}
              </button>
            </Toast.Action>
          )}
          <Toast.Close aria-label={t('close')} className="rounded p-1 text-ink-faint hover:bg-hover">
            <X size={16} aria-hidden />
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="fixed end-4 bottom-20 z-50 grid w-[min(24rem,calc(100vw-32px))] gap-2 outline-none sm:bottom-4" />
    </Toast.Provider>
  );
}
