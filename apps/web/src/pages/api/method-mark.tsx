import clsx from 'clsx';

const colours: Record<string, string> = {
  GET: 'text-info',
  POST: 'text-good',
  PATCH: 'text-warning',
  PUT: 'text-warning',
  DELETE: 'text-critical',
};

export function MethodMark({ method }: { method: string }) {
  return (
    <span className={clsx('w-12 shrink-0 font-mono text-small font-medium', colours[method])}>{method}</span>
  );
}
