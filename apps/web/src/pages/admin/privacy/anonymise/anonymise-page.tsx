import type { AnonymisationPreview, PrivacyModelDocument } from '@stroma/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ShieldOff } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../../components/empty-state.tsx';
import { Field, Select } from '../../../../components/field.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { Page, Section } from '../../../../components/page.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { allDatasetsQuery } from '../../../../lib/datasets.ts';
import { ColumnList } from './column-list.tsx';
import { ModelForm } from './model-form.tsx';
import { Outcome, RiskTable } from './outcome.tsx';
import { type Actions, firstModel, hasQuasi } from './plan.ts';
import { RunPanel } from './run-panel.tsx';

/** From a dataset to one that points to nobody: what was found, what to do about it, what it costs. */
export function AnonymisePage() {
  const { t } = useTranslation('anonymise');
  const { dataset } = useSearch({ from: '/frame/admin/privacy/anonymise' });
  const navigate = useNavigate();
  const { data: all } = useQuery(allDatasetsQuery);
  return (
    <Page title={t('title')} intro={t('intro')} wide>
      <div className="grid grid-cols-1 gap-8">
        <div className="max-w-md">
          <Field label={t('dataset')}>
            {(props) => (
              <Select
                {...props}
                value={dataset ?? ''}
                onChange={({ target }) =>
                  void navigate({ to: '/admin/privacy/anonymise', search: { dataset: target.value } })
                }
              >
                <option value="">{t('choose_dataset')}</option>
                {all?.items.map(({ dataset_id, name }) => (
                  <option key={dataset_id} value={dataset_id}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        {dataset === undefined ? (
          <EmptyState icon={ShieldOff} title={t('empty_title')}>
            {t('empty_text')}
          </EmptyState>
        ) : (
          <Found key={dataset} datasetId={dataset} />
        )}
      </div>
    </Page>
  );
}

function Found({ datasetId }: { datasetId: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['anonymisation', datasetId],
    queryFn: ({ signal }) =>
      client.anonymisation.preview({ body: { dataset_id: datasetId, columns: null }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={8} />;
  return <Wizard preview={data} />;
}

function Wizard({ preview }: { preview: AnonymisationPreview }) {
  const { t } = useTranslation('anonymise');
  const [actions, setActions] = useState<Actions>(() =>
    Object.fromEntries(preview.columns.map(({ name, proposed }) => [name, proposed])),
  );
  const [model, setModel] = useState<PrivacyModelDocument>(firstModel);
  const withModel = hasQuasi(actions);
  const body = {
    dataset_id: preview.dataset_id,
    version_id: preview.version_id,
    columns: Object.entries(actions).map(([column, action]) => ({ column, action })),
    model: withModel ? model : null,
  };
  const tried = useMutation({ mutationFn: () => client.anonymisation.preview({ body }) });
  const forget = () => {
    if (!tried.isIdle) tried.reset();
  };
  const found = preview.columns.filter(({ finding }) => finding !== null).length;
  const before = tried.data?.risk_before ?? preview.risk_before;
  return (
    <>
      <Section title={t('columns')} note={t('columns_note', { count: found, of: preview.columns.length })}>
        <ColumnList
          columns={preview.columns}
          actions={actions}
          onChange={(column, action) => {
            setActions({ ...actions, [column]: action });
            forget();
          }}
        />
      </Section>
      {withModel && (
        <Section title={t('model')} note={t('model_note')}>
          <ModelForm
            columns={preview.columns}
            actions={actions}
            model={model}
            onChange={(next) => {
              setModel(next);
              forget();
            }}
          />
        </Section>
      )}
      <Section title={t('risk')} note={withModel ? undefined : t('risk_note')}>
        <div className="grid grid-cols-1 gap-4">
          {before !== null && <RiskTable before={before} after={tried.data?.after?.risk ?? null} />}
          {tried.error && <ErrorNotice error={tried.error} />}
          {tried.data?.after && <Outcome tried={tried.data.after} rows={preview.rows} />}
        </div>
      </Section>
      <RunPanel
        preview={preview}
        body={body}
        tried={tried.isSuccess}
        trying={tried.isPending}
        onTry={() => tried.mutate()}
      />
    </>
  );
}
