import type { Job, UploadRecord } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { client } from '../../lib/client.ts';
import { usePermission } from '../../lib/session.ts';
import { toast } from '../../lib/toasts.ts';
import { ReadAgainDialog } from '../data/read-again-button.tsx';

/** For a job that could not read its file: the decisions to read it with again, by a job of their own. */
export function ReadAgainOfJob({ job }: { job: Job }) {
  const { t } = useTranslation('jobs');
  const { t: data } = useTranslation('data');
  const [file, setFile] = useState<UploadRecord | null>(null);
  const find = useMutation({
    mutationFn: () =>
      client.datasets.listUploads({ query: { job_id: job.job_id, status: 'failed', limit: 1 } }),
    onSuccess: ({ items: [found] }) => (found ? setFile(found) : toast(t('read_since'))),
    onError: (error) => toast(error.message, { tone: 'critical' }),
  });
  if (!usePermission('datasets:write')) return null;
  return (
    <>
      <Button size="small" disabled={find.isPending} onClick={() => find.mutate()}>
        {data('read_again')}
      </Button>
      {file && (
        <Suspense>
          <ReadAgainDialog file={file} onStarted={() => undefined} onClose={() => setFile(null)} />
        </Suspense>
      )}
    </>
  );
}
