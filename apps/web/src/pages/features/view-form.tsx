import type { Dataset, FeatureView, FeatureViewDefinition } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Field, Select, TextField } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Section } from '../../components/page.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import type { SqlProblem } from '../../components/sql/sql-editor.tsx';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { schemaOf } from '../../lib/questions.ts';
import { ColumnRoles } from './column-roles.tsx';
import { type DefinitionDraft, definitionFrom } from './definition-draft.ts';
import { previewQuery } from './feature-queries.ts';
import { PreviewFacts } from './preview-facts.tsx';

const SqlEditor = lazy(() => import('../../components/sql/sql-editor.tsx'));

/** Writes a definition: SQL first, then what each of its columns is; what does not hold is said beside it. */
export function ViewForm({
  initial,
  datasets,
  view,
  onSaved,
}: {
  initial: DefinitionDraft;
  datasets: readonly Dataset[];
  /** The view that is changed; null for a new one. */
  view: FeatureView | null;
  onSaved: (view: FeatureView) => void;
}) {
  const { t } = useTranslation('features');
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState(initial);
  const set = (part: Partial<DefinitionDraft>) => setDraft((now) => ({ ...now, ...part }));
  const [asked, setAsked] = useState<Pick<DefinitionDraft, 'sql' | 'datasetIds'> | null>(
    initial.sql === '' ? null : initial,
  );
  // What the columns are is asked with them; the first look only finds out which there are.
  const first = useQuery(
    previewQuery(asked && meant(definitionFrom({ ...draft, ...asked, columns: {} }, []))),
  );
  const shown = first.data?.columns ?? [];
  const definition = definitionFrom({ ...draft, ...asked }, shown);
  const look = useQuery(previewQuery(asked && shown.length > 0 ? meant(definition) : null));
  const used = datasets.filter(({ dataset_id }) => draft.datasetIds.includes(dataset_id));
  const schema = useMemo(() => schemaOf(used), [used]);
  const ask = () => draft.sql.trim() !== '' && setAsked({ sql: draft.sql, datasetIds: draft.datasetIds });
  const save = useMutation({
    mutationFn: () =>
      view === null
        ? client.features.create({ body: definition })
        : client.features.update({
            params: { id: view.view_id },
            body: { ...definition, revision: view.revision },
          }),
    onSuccess: async (saved) => {
      await queryClient.invalidateQueries({ queryKey: queryKeys.features });
      onSaved(saved);
    },
  });
  const validate = async (sql: string): Promise<SqlProblem[]> => {
    if (sql.trim() === '' || draft.datasetIds.length === 0) return [];
    const { errors } = await client.queries
      .validate({ body: { sql, dataset_ids: draft.datasetIds } })
      .catch(() => ({ errors: [] }));
    return errors;
  };
  const isAsked = asked?.sql === draft.sql && asked.datasetIds === draft.datasetIds;
  const preview = look.data ?? first.data;
  const problems = shown.length === 0 ? first.data?.problems : look.data?.problems;
  const nameError =
    draft.name !== '' && !/^[a-z][a-z0-9_]*$/.test(draft.name.trim()) ? t('name_hint') : conflict(save.error);
  const ready = isAsked && problems?.length === 0 && draft.name.trim() !== '' && draft.entity.trim() !== '';
  return (
    <form
      className="grid grid-cols-1 gap-8"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) save.mutate();
      }}
    >
      <div className="grid items-start gap-4 md:grid-cols-2">
        <TextField
          label={t('name')}
          hint={t('name_hint')}
          error={nameError}
          required
          maxLength={60}
          spellCheck={false}
          placeholder="blood_counts"
          className="font-mono"
          value={draft.name}
          onText={(text) => set({ name: text })}
        />
        <TextField
          label={t('entity')}
          hint={t('entity_hint')}
          required
          maxLength={60}
          placeholder={t('entity_example')}
          value={draft.entity}
          onText={(text) => set({ entity: text })}
        />
        <TextField
          label={t('description')}
          maxLength={2000}
          value={draft.description}
          onText={(text) => set({ description: text })}
        />
        <TextField
          label={t('ttl')}
          hint={t('ttl_hint')}
          type="number"
          min={0}
          step="any"
          placeholder={t('for_ever')}
          value={draft.days}
          onText={(text) => set({ days: text })}
        />
      </div>
      <Section
        title={t('sql')}
        note={t('sql_note')}
        actions={
          <Button onClick={ask} disabled={draft.sql.trim() === '' || draft.datasetIds.length === 0}>
            <Play size={16} aria-hidden />
            {t('preview')}
          </Button>
        }
      >
        <div className="grid gap-3">
          <Field label={t('datasets')} hint={t('datasets_hint')}>
            {(props) => (
              <Select
                {...props}
                value=""
                className="max-w-md"
                onChange={({ target }) =>
                  target.value !== '' &&
                  set({ datasetIds: [...new Set([...draft.datasetIds, target.value])] })
                }
              >
                <option value="">
                  {used.length === 0
                    ? t('choose_dataset')
                    : used.map(({ table_name }) => table_name).join(', ')}
                </option>
                {datasets
                  .filter(({ dataset_id }) => !draft.datasetIds.includes(dataset_id))
                  .map(({ dataset_id, name }) => (
                    <option key={dataset_id} value={dataset_id}>
                      {name}
                    </option>
                  ))}
              </Select>
            )}
          </Field>
          <Suspense fallback={<Skeleton className="h-32" />}>
            <div className="overflow-hidden rounded-md border border-line outline-offset-2 outline-accent focus-within:outline-2">
              <SqlEditor
                label={t('sql')}
                value={draft.sql}
                schema={schema}
                onChange={(sql) => set({ sql })}
                onRun={ask}
                validate={validate}
              />
            </div>
          </Suspense>
          <ul role="alert" className="grid gap-1 text-critical empty:hidden">
            {problems?.map(({ field, message }) => (
              <li key={field + message} className="wrap-anywhere">
                {message}
              </li>
            ))}
          </ul>
          {first.error && <ErrorNotice error={first.error} onRetry={() => void first.refetch()} />}
        </div>
      </Section>
      {shown.length > 0 && (
        <>
          <Section title={t('columns')} note={t('columns_note')}>
            <ColumnRoles draft={draft} shown={shown} onChange={(columns) => set({ columns })} />
          </Section>
          {preview && <PreviewFacts preview={preview} />}
        </>
      )}
      <div className="flex flex-wrap items-center justify-end gap-3">
        {save.error && conflict(save.error) === null && <ErrorNotice error={save.error} />}
        <Button type="submit" look="primary" disabled={!ready || save.isPending}>
          {t(view === null ? 'create' : 'save')}
        </Button>
      </div>
    </form>
  );
}

/** Words that change nothing of what is looked at are not asked about again. */
const meant = (definition: FeatureViewDefinition): FeatureViewDefinition => ({
  ...definition,
  name: 'draft',
  description: '',
  tags: [],
  ttl_seconds: null,
  entity: { ...definition.entity, name: 'entity' },
  features: definition.features.map(({ name }) => ({ name, description: '', unit: null })),
});

const conflict = (error: Error | null): string | null =>
  error instanceof ApiError && error.code === 'CONFLICT' && error.details.field === 'name'
    ? error.message
    : null;
