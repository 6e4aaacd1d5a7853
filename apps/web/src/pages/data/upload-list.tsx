import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { panelClass, Section } from '../../components/page.tsx';
import { formatBytes, formatDuration } from '../../lib/format.ts';
import { datasetOf, jobQuery } from '../../lib/jobs.ts';
import { dropUpload, followReading, resumeUpload, type Upload, useUploads } from '../../lib/uploads.ts';
import { ReadAgainButton } from './read-again-button.tsx';
import { useUnreadFiles } from './unread-files.ts';
import { UploadLine } from './upload-line.tsx';

export function UploadList() {
  const { t } = useTranslation('data');
  const uploads = useUploads();
  if (uploads.length === 0) return null;
  return (
    <Section title={t('uploads')}>
      <ul className={`${panelClass} divide-y divide-line`}>
        {uploads.map((upload) => (
          <UploadRow key={upload.id} upload={upload} />
        ))}
      </ul>
    </Section>
  );
}

function UploadRow({ upload }: { upload: Upload }) {
  const { t } = useTranslation('data');
  const { t: common } = useTranslation();
  const { data: job } = useQuery({ ...jobQuery(upload.jobId ?? ''), enabled: upload.jobId !== null });
  const { file, sentBytes, state } = upload;
  const sending = state === 'sending';
  const status = sending ? 'running' : state === 'failed' ? 'failed' : (job?.status ?? 'queued');
  const progress = sending ? (sentBytes / Math.max(1, file.size)) * 100 : (job?.progress ?? 0);
  const datasetId = job && datasetOf(job);
  const failure = upload.error ?? job?.error;
  const unread = useUnreadFiles().files?.find(({ upload_id }) => upload_id === upload.uploadId);
  const detail = sending
    ? [
        t('upload_sending', { sent: formatBytes(sentBytes), total: formatBytes(file.size) }),
        ...(upload.bytesPerSecond === null
          ? []
          : [
              t('upload_rate', { rate: formatBytes(upload.bytesPerSecond) }),
              common('time_left', {
                time: formatDuration(((file.size - sentBytes) / Math.max(1, upload.bytesPerSecond)) * 1000),
              }),
            ]),
      ]
    : status === 'succeeded'
      ? [t(job?.result?.already_known === true ? 'upload_known' : 'upload_done')]
      : status === 'failed'
        ? [t('upload_failed')]
        : [
            job?.phase ?? t(status === 'queued' ? 'upload_waiting' : 'upload_processing'),
            ...(job?.seconds_left == null
              ? []
              : [common('time_left', { time: formatDuration(job.seconds_left * 1000) })]),
          ];
  return (
    <UploadLine
      name={file.name}
      status={status}
      detail={detail}
      progress={status === 'succeeded' ? 100 : status === 'failed' && !upload.error ? null : progress}
      actions={
        <>
          {state === 'failed' && (
            <Button size="small" onClick={() => resumeUpload(upload.id)}>
              {t('upload_resume')}
            </Button>
          )}
          {status === 'failed' && unread && (
            <ReadAgainButton file={unread} onStarted={(jobId) => followReading(upload.id, jobId)} />
          )}
          {datasetId && (
            <Link to="/data/$datasetId" params={{ datasetId }} className={buttonClass({ size: 'small' })}>
              {t('open')}
            </Link>
          )}
        </>
      }
      onDrop={() => dropUpload(upload.id)}
      dropLabel={t(sending ? 'upload_cancel' : 'upload_dismiss', { name: file.name })}
    >
      {failure ? (
        <ErrorNotice
          error={failure instanceof Error ? failure : new Error((failure as { message: string }).message)}
        />
      ) : null}
    </UploadLine>
  );
}
