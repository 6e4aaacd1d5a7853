import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

/** Shows a short text beside its child on hover and focus. */
export function Tooltip({
  text,
  side = 'top',
  children,
}: {
  text: ReactNode;
  side?: 'top' | 'right' | 'bottom' | 'left';
  children: ReactNode;
}) {
  return (
    <Radix.Provider>
      <Radix.Root delayDuration={400}>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content
            side={side}
            sideOffset={6}
            className="appear z-50 max-w-72 rounded-md border border-line bg-raised px-2 py-1 text-small text-ink shadow-float"
          >
            {text}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}
