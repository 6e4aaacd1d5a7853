import clsx from 'clsx';

/** 0-100. */
export function ProgressBar({
  value,
  label,
  tone = 'accent',
}: {
  value: number;
  label: string;
  tone?: 'accent' | 'critical' | 'quiet';
}) {
  const share = Math.max(0, Math.min(100, value));
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share)}
      className="h-1.5 w-full overflow-hidden rounded-full bg-hover"
    >
      <div
        className={clsx(
          'h-full rounded-full transition-[width] duration-300',
          { accent: 'bg-accent', critical: 'bg-critical', quiet: 'bg-line-strong' }[tone],
        )}
        style={{ width: `${share}%` }}
      />
    </div>
  );
}
