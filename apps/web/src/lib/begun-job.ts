import type { Job } from '@stroma/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { jobEnded, jobQuery } from './jobs.ts';
import { toast } from './toasts.ts';

/** One job that was begun here, until it has ended; `onEnded` is told once. A beginning that is refused is said. */
export function useBegunJob(
  begin: () => Promise<{ job_id: string }>,
  onEnded: (job: Job) => void,
): { start: () => void; isBusy: boolean } {
  const [jobId, setJobId] = useState<string | null>(null);
  const send = useMutation({
    mutationFn: begin,
    onSuccess: ({ job_id }) => setJobId(job_id),
    onError: (error) => toast(error.message, { tone: 'critical' }),
  });
  const { data: job } = useQuery({
    ...jobQuery(jobId ?? ''),
    enabled: jobId !== null,
    refetchInterval: 1000,
  });
  const hasEnded = jobId !== null && job?.job_id === jobId && jobEnded(job.status);
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, when it has ended
  useEffect(() => {
    if (!hasEnded) return;
    setJobId(null);
    onEnded(job);
  }, [hasEnded]);
  return { start: () => send.mutate(), isBusy: send.isPending || jobId !== null };
}
