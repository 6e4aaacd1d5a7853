import clsx from 'clsx';
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export const Dialog = Radix.Root;
export const DialogTrigger = Radix.Trigger;

/** A dialog in the middle, or a panel at the end of the page. */
export function DialogContent({
  title,
  description,
  side = false,
  children,
}: {
  title: string;
  description?: string;
  side?: boolean;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <Radix.Portal>
      <Radix.Overlay className="fixed inset-0 z-40 bg-[rgb(0_0_0/0.35)]" />
      <Radix.Content
        {...(description === undefined && { 'aria-describedby': undefined })}
        className={clsx(
          'appear fixed z-50 flex flex-col border-line bg-surface shadow-float outline-none',
          side
            ? 'inset-y-0 end-0 w-[min(44rem,100vw)] border-s'
            : 'start-1/2 top-[12vh] max-h-[76vh] w-[min(32rem,calc(100vw-16px))] -translate-x-1/2 rounded-lg border rtl:translate-x-1/2',
        )}
      >
        <header className="flex items-start gap-4 border-b border-line py-3 ps-6 pe-14">
          <div className="min-w-0 flex-1 py-1">
            <Radix.Title className="text-section font-semibold">{title}</Radix.Title>
            {description && (
              <Radix.Description className="mt-1 text-ink-soft">{description}</Radix.Description>
            )}
          </div>
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto p-6">{children}</div>
        <Radix.Close
          aria-label={t('close')}
          className="absolute end-3 top-3 grid size-8 place-items-center rounded-md text-ink-soft hover:bg-hover hover:text-ink"
        >
          <X size={16} aria-hidden />
        </Radix.Close>
      </Radix.Content>
    </Radix.Portal>
  );
}
