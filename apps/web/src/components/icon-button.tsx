import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { Button, type ButtonLook } from './button.tsx';
import { Tooltip } from './tooltip.tsx';

/** A button that is only an icon: its label is read aloud and shown on hover. */
export function IconButton({
  icon: Icon,
  label,
  look = 'quiet',
  ...props
}: { icon: LucideIcon; label: string } & ButtonLook & Omit<ComponentProps<'button'>, 'children'>) {
  return (
    <Tooltip text={label}>
      <Button {...props} look={look} size="icon" aria-label={label}>
        <Icon size={16} aria-hidden />
      </Button>
    </Tooltip>
  );
}
