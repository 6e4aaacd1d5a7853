import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { jobEnded, jobQuery } from '../../../lib/jobs.ts';

/** A job that was just ordered: whether it runs, what it failed with, and a call once it has ended. */
export function useFollowedJob(onEnded: () => void): {
  running: boolean;
  error: Error | null;
  follow(order: Promise<{ job_id: string }>): Promise<void>;
} {
  const [id, setId] = useState<string | null>(null);
  const [refused, setRefused] = useState<Error | null>(null);
  const { data } = useQuery({ ...jobQuery(id ?? ''), enabled: id !== null });
  const ended = useRef(onEnded);
  ended.current = onEnded;
  const status = data?.status;
  useEffect(() => {
    if (status !== undefined && jobEnded(status)) ended.current();
  }, [status]);
  const failure = data?.error ?? null;
  return {
    running: id !== null && (status === undefined || !jobEnded(status)),
    error: refused ?? (failure === null ? null : new Error(failure.message)),
    async follow(order) {
      setRefused(null);
      try {
        setId((await order).job_id);
      } catch (error) {
        setRefused(error as Error);
      }
    },
  };
}
