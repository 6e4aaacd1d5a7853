import type { Dataset, FeatureView } from '@stroma/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { Field, Input, Select } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { allDatasetsQuery } from '../../lib/datasets.ts';
import { datasetOf, jobEnded, jobQuery } from '../../lib/jobs.ts';
import { FeatureChoice, type Leaving } from './feature-choice.tsx';
import { allViewsQuery } from './feature-queries.ts';

/** A training dataset: rows with keys and times, and the features each gets as they were known at its time. */
export function JoinDialog({ chosen, onClose }: { chosen: readonly string[]; onClose: () => void }) {
  const { t } = useTranslation('features');
  const datasets = useQuery(allDatasetsQuery);
  const views = useQuery(allViewsQuery);
  const [jobId, setJobId] = useState<string | null>(null);
  const error = datasets.error ?? views.error;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent side title={t('join')} description={t('join_intro')}>
        {error ? (
          <ErrorNotice error={error} />
        ) : jobId !== null ? (
          <Joining jobId={jobId} onAgain={() => setJobId(null)} onClose={onClose} />
        ) : datasets.data === undefined || views.data === undefined ? (
          <SkeletonRows rows={5} className="h-10" />
        ) : (
          <JoinForm
            datasets={datasets.data.items}
            views={views.data.items.filter(({ sees_all }) => sees_all)}
            chosen={chosen}
            onStarted={setJobId}
          />
        )}
      </DialogContent>
    </Dialog>
  );
}

const timesOf = ({ version }: Dataset) =>
  version.columns.filter(({ type }) => type === 'timestamp' || type === 'date');

function JoinForm({
  datasets,
  views,
  chosen,
  onStarted,
}: {
  datasets: readonly Dataset[];
  views: readonly FeatureView[];
  chosen: readonly string[];
  onStarted: (jobId: string) => void;
}) {
  const { t } = useTranslation('features');
  const offline = new Set(views.map(({ offline_dataset_id }) => offline_dataset_id));
  const fitting = datasets.filter((each) => timesOf(each).length > 0 && !offline.has(each.dataset_id));
  const [datasetId, setDatasetId] = useState('');
  const [time, setTime] = useState('');
  const [name, setName] = useState('');
  const [keys, setKeys] = useState<Record<string, string>>({});
  const [taken, setTaken] = useState<readonly string[]>(chosen);
  const [left, setLeft] = useState<Leaving>({});
  const dataset = fitting.find(({ dataset_id }) => dataset_id === datasetId);
  const columns = dataset?.version.columns.map((column) => column.name) ?? [];
  const timeColumn = time !== '' ? time : (dataset && timesOf(dataset)[0]?.name) || '';
  const used = views.filter(({ view_id }) => taken.includes(view_id));
  const wantedKeys = [...new Set(used.flatMap(({ entity }) => entity.keys))];
  const keyColumn = (key: string) => keys[key] ?? columns.find((column) => column === key) ?? '';
  const names = used.flatMap((view) =>
    view.features.filter((feature) => !left[view.view_id]?.includes(feature.name)).map((each) => each.name),
  );
  const clash =
    new Set([...columns, ...names].map((each) => each.toLowerCase())).size < columns.length + names.length;
  const join = useMutation({
    mutationFn: () =>
      client.features.join({
        body: {
          name: name.trim() === '' ? t('join_name', { name: dataset?.name }) : name.trim(),
          dataset_id: datasetId,
          time_column: timeColumn,
          keys: Object.fromEntries(wantedKeys.map((key) => [key, keyColumn(key)])),
          views: used.map((view) => ({
            view_id: view.view_id,
            features: view.features
              .map((feature) => feature.name)
              .filter((feature) => !left[view.view_id]?.includes(feature)),
          })),
          full_names: clash,
        },
      }),
    onSuccess: ({ job_id }) => onStarted(job_id),
  });
  const ready =
    dataset !== undefined &&
    timeColumn !== '' &&
    names.length > 0 &&
    wantedKeys.every((key) => keyColumn(key) !== '');
  return (
    <form
      className="grid grid-cols-1 gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) join.mutate();
      }}
    >
      <Field label={t('labels')} hint={t('labels_hint')}>
        {(props) => (
          <Select
            {...props}
            value={datasetId}
            onChange={({ target }) => {
              setDatasetId(target.value);
              setTime('');
              setKeys({});
            }}
          >
            <option value="" disabled>
              {t('choose_dataset')}
            </option>
            {fitting.map(({ dataset_id, name: label }) => (
              <option key={dataset_id} value={dataset_id}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {dataset && (
        <>
          <Field label={t('time_column')} hint={t('time_column_hint')}>
            {(props) => (
              <Select {...props} value={timeColumn} onChange={({ target }) => setTime(target.value)}>
                {timesOf(dataset).map((column) => (
                  <option key={column.name}>{column.name}</option>
                ))}
              </Select>
            )}
          </Field>
          <FeatureChoice views={views} taken={taken} left={left} onTaken={setTaken} onLeft={setLeft} />
          {wantedKeys.map((key) => (
            <Field key={key} label={t('key_column', { key })}>
              {(props) => (
                <Select
                  {...props}
                  value={keyColumn(key)}
                  onChange={({ target }) => setKeys((now) => ({ ...now, [key]: target.value }))}
                >
                  <option value="" disabled>
                    {t('choose_column')}
                  </option>
                  {columns.map((column) => (
                    <option key={column}>{column}</option>
                  ))}
                </Select>
              )}
            </Field>
          ))}
          <Field label={t('new_name')} hint={clash ? t('full_names_hint') : undefined}>
            {(props) => (
              <Input
                {...props}
                maxLength={200}
                placeholder={t('join_name', { name: dataset.name })}
                value={name}
                onChange={({ target }) => setName(target.value)}
              />
            )}
          </Field>
        </>
      )}
      {join.error && <ErrorNotice error={join.error} />}
      <Button type="submit" look="primary" disabled={!ready || join.isPending} className="justify-self-end">
        {t('make_dataset')}
      </Button>
    </form>
  );
}

function Joining({ jobId, onAgain, onClose }: { jobId: string; onAgain: () => void; onClose: () => void }) {
  const { t } = useTranslation('features');
  const navigate = useNavigate();
  const { data: job, error } = useQuery({
    ...jobQuery(jobId),
    refetchInterval: ({ state }) => (state.data && jobEnded(state.data.status) ? false : 1000),
  });
  if (error) return <ErrorNotice error={error} />;
  if (job === undefined || !jobEnded(job.status))
    return (
      <div className="grid gap-3" role="status">
        <p>{t('joining')}</p>
        <ProgressBar value={job?.progress ?? 0} label={t('joining')} />
        <p className="text-small text-ink-faint">{t('joining_goes_on')}</p>
      </div>
    );
  const datasetId = datasetOf(job);
  if (job.status !== 'succeeded' || datasetId === null)
    return (
      <div className="grid gap-3">
        <ErrorNotice error={new Error(job.error?.message ?? t('not_joined'))} />
        <Button className="justify-self-end" onClick={onAgain}>
          {t('change_choice')}
        </Button>
      </div>
    );
  return (
    <div className="grid gap-4">
      <p role="status">{t('joined', { count: Number(job.result?.rows ?? 0) })}</p>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t('close')}</Button>
        <Button
          look="primary"
          onClick={() => void navigate({ to: '/data/$datasetId', params: { datasetId } })}
        >
          {t('open_dataset')}
        </Button>
      </div>
    </div>
  );
}
