import type { UploadRecord } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../components/button.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { panelClass, Section } from '../../components/page.tsx';
import { StatusMark } from '../../components/status-mark.tsx';
import { client } from '../../lib/client.ts';
import { formatAgo, formatBytes, formatTime } from '../../lib/format.ts';
import { datasetOf, jobQuery } from '../../lib/jobs.ts';
import { saveUrl } from '../../lib/table-export.ts';
import { useUploads } from '../../lib/uploads.ts';
import { ReadAgainButton } from './read-again-button.tsx';
import { RemoveFileButton } from './remove-file-button.tsx';
import { useUnreadFiles } from './unread-files.ts';
import { UploadLine } from './upload-line.tsx';

/** A file of this list that is read again; it stays in its row until it is put away. */
interface Followed {
  file: UploadRecord;
  jobId: string;
}

/** The datasets below are what most people come for. */
const shownAtFirst = 3;

/** What was sent earlier and could not be read. Nothing at all when there is none. */
export function UnreadList() {
  const { t } = useTranslation('data');
  const { t: common } = useTranslation();
  const { files, hasNextPage, isFetchingNextPage, fetchNextPage } = useUnreadFiles();
  const [all, setAll] = useState(false);
  const [followed, setFollowed] = useState<readonly Followed[]>([]);
  const underway = new Set(useUploads().map(({ uploadId }) => uploadId));
  const drop = (id: string) => setFollowed((before) => before.filter(({ file }) => file.upload_id !== id));
  const rows = [
    ...followed.map(({ file }) => file),
    ...(files ?? []).filter(({ upload_id: id }) => !followed.some(({ file }) => file.upload_id === id)),
  ]
    .filter(({ upload_id }) => !underway.has(upload_id))
    .toSorted((a, b) => (a.upload_id < b.upload_id ? 1 : -1));
  if (rows.length === 0) return null;
  return (
    <Section title={t('unread')} note={t('unread_note')}>
      <ul className={`${panelClass} divide-y divide-line`}>
        {rows.slice(0, all ? undefined : shownAtFirst).map((file) => {
          const id = file.upload_id;
          const job = followed.find((each) => each.file.upload_id === id);
          const newest = files?.find((each) => each.upload_id === id) ?? file;
          const follow = (jobId: string) =>
            setFollowed((before) => [
              ...before.filter((each) => each.file.upload_id !== id),
              { file: newest, jobId },
            ]);
          return job ? (
            <FollowedFile
              key={id}
              file={newest}
              jobId={job.jobId}
              onStarted={follow}
              onDrop={() => drop(id)}
            />
          ) : (
            <UnreadFile key={id} file={file} onStarted={follow} onRemoved={() => drop(id)} />
          );
        })}
      </ul>
      {(hasNextPage || (!all && rows.length > shownAtFirst)) && (
        <Button
          className="mt-3"
          size="small"
          disabled={isFetchingNextPage}
          onClick={() => (all ? void fetchNextPage() : setAll(true))}
        >
          {common('show_more')}
        </Button>
      )}
    </Section>
  );
}

function UnreadFile({
  file,
  onStarted,
  onRemoved,
}: {
  file: UploadRecord;
  onStarted: (jobId: string) => void;
  onRemoved: () => void;
}) {
  const { t } = useTranslation('data');
  const name = file.file_name;
  const raw = client.datasets.downloadUpload.url({ params: { id: file.upload_id } });
  return (
    <li className="flex items-start gap-3 px-4 py-3" data-unread={name}>
      <span className="mt-0.5">
        <StatusMark status="failed" bare />
      </span>
      <div className="flex min-w-0 flex-1 flex-wrap items-start gap-x-6 gap-y-2">
        <div className="min-w-0 flex-1 basis-72">
          <p className="truncate font-medium">{name}</p>
          <p className="truncate text-small text-ink-faint" title={formatTime(file.created_at)}>
            {formatBytes(file.received_bytes)} · {t('unread_since', { time: formatAgo(file.created_at) })}
          </p>
          <p className="mt-1 max-w-prose text-ink-soft wrap-anywhere">
            {file.error?.message ?? t('unread_why')}
          </p>
        </div>
        <div className="flex items-center gap-1">
          <ReadAgainButton file={file} onStarted={onStarted} />
          <IconButton
            icon={Download}
            label={t('download_raw_of', { name })}
            onClick={() => saveUrl('', raw)}
          />
          <RemoveFileButton file={file} onRemoved={onRemoved} />
        </div>
      </div>
    </li>
  );
}

function FollowedFile({
  file,
  jobId,
  onStarted,
  onDrop,
}: {
  file: UploadRecord;
  jobId: string;
  onStarted: (jobId: string) => void;
  onDrop: () => void;
}) {
  const { t } = useTranslation('data');
  const { data: job } = useQuery(jobQuery(jobId));
  const status = job?.status ?? 'queued';
  if (status === 'failed' || status === 'cancelled')
    return (
      <UnreadFile file={{ ...file, error: job?.error ?? null }} onStarted={onStarted} onRemoved={onDrop} />
    );
  const datasetId = job && datasetOf(job);
  const detail =
    status === 'succeeded'
      ? t(job?.result?.already_known === true ? 'upload_known' : 'upload_done')
      : (job?.phase ?? t(status === 'queued' ? 'upload_waiting' : 'upload_processing'));
  return (
    <UploadLine
      name={file.file_name}
      status={status}
      detail={[detail]}
      progress={status === 'succeeded' ? 100 : (job?.progress ?? 0)}
      actions={
        datasetId && (
          <Link to="/data/$datasetId" params={{ datasetId }} className={buttonClass({ size: 'small' })}>
            {t('open')}
          </Link>
        )
      }
      onDrop={onDrop}
      dropLabel={t('upload_dismiss', { name: file.file_name })}
    />
  );
}
