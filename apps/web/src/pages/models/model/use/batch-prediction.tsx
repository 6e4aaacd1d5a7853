import type { Job, ModelEvaluation } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { buttonClass } from '../../../../components/button.tsx';
import { Field, Input } from '../../../../components/field.tsx';
import { Notice } from '../../../../components/notice.tsx';
import { Section } from '../../../../components/page.tsx';
import { client } from '../../../../lib/client.ts';
import { datasetOf } from '../../../../lib/jobs.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { usePermission } from '../../../../lib/session.ts';
import { DatasetTask } from '../dataset-task.tsx';

/** What the version says of every row of a dataset, as a dataset of its own. */
export function BatchPrediction({ evaluation }: { evaluation: ModelEvaluation }) {
  const { t } = useTranslation('models');
  const mayPredict = usePermission('datasets:write');
  const cache = useQueryClient();
  const [name, setName] = useState('');
  const [made, setMade] = useState<Job | null>(null);
  const datasetId = made === null ? null : datasetOf(made);
  const { model_id: id, model_name: model, number } = evaluation;
  const usualName = (dataset: string) => t('batch_usual_name', { dataset, model }).slice(0, 250);
  if (!mayPredict) return null;
  return (
    <Section title={t('batch')} note={t('batch_note')}>
      <div className="grid grid-cols-1 gap-4">
        <DatasetTask
          evaluation={evaluation}
          button={t('batch_start')}
          progress={t('batch_progress')}
          permission="datasets:write"
          request={({ dataset_id, name: dataset }) => {
            setMade(null);
            return client.predictions.predictDataset({
              params: { id },
              body: { version: String(number), dataset_id, name: name.trim() || usualName(dataset) },
            });
          }}
          onMade={(job) => {
            setMade(job);
            void cache.invalidateQueries({ queryKey: queryKeys.datasets });
          }}
        >
          {(dataset) => (
            <div className="w-96 max-w-full">
              <Field label={t('batch_name')}>
                {(field) => (
                  <Input
                    {...field}
                    maxLength={250}
                    placeholder={usualName(dataset.name)}
                    value={name}
                    onChange={({ target }) => setName(target.value)}
                  />
                )}
              </Field>
            </div>
          )}
        </DatasetTask>
        {made !== null && datasetId !== null && (
          <Notice
            tone="info"
            title={t(made.result?.already_known === true ? 'batch_known' : 'batch_done')}
            action={
              <Link to="/data/$datasetId" params={{ datasetId }} className={buttonClass({ size: 'small' })}>
                {t('open_dataset')}
              </Link>
            }
          >
            {made.result?.requires_review === true && t('batch_review')}
          </Notice>
        )}
      </div>
    </Section>
  );
}
