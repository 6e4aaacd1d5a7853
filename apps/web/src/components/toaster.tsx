import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { closeToast, type Toast, useToasts } from '../lib/toasts.ts';

/** Where passing messages appear and are read aloud. They take no key away from what is open beside them. */
export function Toaster() {
  const { t } = useTranslation();
  return (
    <section
      aria-label={t('notification')}
      className="pointer-events-auto fixed end-4 bottom-20 z-[60] w-[min(24rem,calc(100vw-32px))] sm:bottom-4"
    >
      <ol aria-live="polite" className="grid gap-2">
        {useToasts().map((toast) => (
          <ToastItem key={toast.id} toast={toast} />
        ))}
      </ol>
    </section>
  );
}

/** Goes away by itself, but not while somebody points at it or is in it. */
function ToastItem({ toast: { id, text, tone, action } }: { toast: Toast }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState(false);
  const stayMs = action ? 10_000 : 5000;
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => closeToast(id), stayMs);
    return () => clearTimeout(timer);
  }, [held, id, stayMs]);
  return (
    <li
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="appear flex items-center gap-2 rounded-lg border border-line bg-raised py-2 ps-4 pe-2 shadow-float"
    >
      <span className={tone === 'critical' ? 'flex-1 text-critical' : 'flex-1'}>{text}</span>
      {action && (
        <button
          type="button"
          onClick={() => {
            action.run();
            closeToast(id);
          }}
          className="rounded px-2 py-1 font-medium text-accent hover:bg-hover"
        >
          {action.label}
        </button>
      )}
      <button
        type="button"
        aria-label={t('close')}
        onClick={() => closeToast(id)}
        className="rounded p-1 text-ink-faint hover:bg-hover"
      >
        <X size={16} aria-hidden />
      </button>
    </li>
  );
}
