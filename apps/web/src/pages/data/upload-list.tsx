import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../components/button.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { panelClass, Section } from '../../components/page.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { StatusMark } from '../../components/status-mark.tsx';
import { formatBytes, formatDuration } from '../../lib/format.ts';
import { datasetOf, jobQuery } from '../../lib/jobs.ts';
import { dropUpload, resumeUpload, type Upload, useUploads } from '../../lib/uploads.ts';

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
    <li className="grid grid-cols-1 gap-2 px-4 py-3" data-upload={file.name} data-status={status}>
      <div className="flex items-center gap-3">
        <StatusMark status={status} bare />
        <div className="min-w-0 flex-1">
          <p className="truncate font-medium">{file.name}</p>
          <p className="truncate text-small text-ink-faint first-letter:uppercase">{detail.join(' · ')}</p>
        </div>
        {state === 'failed' && (
          <Button size="small" onClick={() => resumeUpload(upload.id)}>
            {t('upload_resume')}
          </Button>
        )}
        {datasetId && (
          <Link to="/data/$datasetId" params={{ datasetId }} className={buttonClass({ size: 'small' })}>
            {t('open')}
          </Link>
        )}
        <IconButton
          icon={X}
          label={t(sending ? 'upload_cancel' : 'upload_dismiss', { name: file.name })}
          onClick={() => dropUpload(upload.id)}
        />
      </div>
      <ProgressBar
        value={status === 'succeeded' ? 100 : progress}
        label={file.name}
        tone={status === 'failed' ? 'critical' : status === 'succeeded' ? 'quiet' : 'accent'}
      />
      {failure ? (
        <ErrorNotice
          error={failure instanceof Error ? failure : new Error((failure as { message: string }).message)}
        />
      ) : null}
    </li>
  );
}
