import type { Job } from '@stroma/contracts';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../../components/icon-button.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { StatusMark } from '../../components/status-mark.tsx';

/** A file on its way: how far it is, what can be done, and below it what went wrong. */
export function UploadLine({
  name,
  status,
  detail,
  progress,
  actions,
  onDrop,
  dropLabel,
  children,
}: {
  name: string;
  status: Job['status'];
  detail: readonly string[];
  /** 0-100; null where none is to be expected. */
  progress: number | null;
  actions: ReactNode;
  onDrop: () => void;
  dropLabel: string;
  children?: ReactNode;
}) {
  return (
    <li className="grid grid-cols-1 gap-2 px-4 py-3" data-upload={name} data-status={status}>
      <div className="flex items-start gap-3">
        <span className="mt-3 flex">
          <StatusMark status={status} bare />
        </span>
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-2">
          <div className="min-w-0 flex-1 basis-48">
            <p className="truncate font-medium">{name}</p>
            <p className="truncate text-small text-ink-faint first-letter:uppercase">{detail.join(' · ')}</p>
          </div>
          {actions}
        </div>
        <span className="mt-1 flex">
          <IconButton icon={X} label={dropLabel} onClick={onDrop} />
        </span>
      </div>
      {progress !== null && (
        <ProgressBar
          value={progress}
          label={name}
          tone={status === 'failed' ? 'critical' : status === 'succeeded' ? 'quiet' : 'accent'}
        />
      )}
      {children}
    </li>
  );
}
