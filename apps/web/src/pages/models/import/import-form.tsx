import type { ModelFile, ProblemKind } from '@stroma/contracts';
import { problemKinds } from '@stroma/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EntryForm } from '../../../components/entry-form.tsx';
import { Field, Input, inputClass, Select } from '../../../components/field.tsx';
import { panelClass } from '../../../components/page.tsx';
import { client } from '../../../lib/client.ts';
import { allDatasetsQuery } from '../../../lib/datasets.ts';
import { DatasetField } from '../dataset-field.tsx';

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** What the file does not tell and a person has to: its name, what it predicts, of what it is made up. */
export function ImportForm({ file }: { file: ModelFile }) {
  const { t } = useTranslation('models');
  const navigate = useNavigate();
  const { data: datasets } = useQuery(allDatasetsQuery);
  const [name, setName] = useState('');
  const [target, setTarget] = useState(file.target ?? '');
  const [problem, setProblem] = useState<ProblemKind | ''>('');
  const [columns, setColumns] = useState('');
  const [classes, setClasses] = useState('');
  const [output, setOutput] = useState('');
  const [scores, setScores] = useState<'probabilities' | 'logits' | ''>('');
  const [dataset, setDataset] = useState('');
  const [licence, setLicence] = useState('');
  const [source, setSource] = useState('');
  const named = linesOf(columns);
  const choose = (id: string) => {
    setDataset(id);
    const known = datasets?.items.find(({ dataset_id }) => dataset_id === id)?.version.columns ?? [];
    const inputs = known.map((each) => each.name).filter((each) => each !== target);
    if (columns === '' && inputs.length === file.column_count) setColumns(inputs.join('\n'));
  };
  const register = useMutation({
    mutationFn: () =>
      client.training.import({
        body: {
          file_id: file.file_id,
          dataset_id: dataset,
          name: name.trim(),
          target: target.trim(),
          ...(problem !== '' && { problem_type: problem }),
          ...(file.columns === null && { columns: named }),
          ...(linesOf(classes).length > 0 && { classes: linesOf(classes) }),
          ...(output !== '' && { output }),
          ...(scores !== '' && { scores }),
          ...(licence.trim() !== '' && { licence: licence.trim() }),
          ...(source.trim() !== '' && { source: source.trim() }),
        },
      }),
    onSuccess: ({ training_id }) =>
      navigate({ to: '/models/trainings/$trainingId', params: { trainingId: training_id } }),
  });
  const lines = (
    label: string,
    hint: string,
    value: string,
    set: (text: string) => void,
    required: boolean,
  ) => (
    <Field label={label} hint={hint}>
      {(field) => (
        <textarea
          {...field}
          rows={4}
          required={required}
          spellCheck={false}
          value={value}
          onChange={(event) => set(event.target.value)}
          className={`${inputClass} h-auto py-1.5 font-mono text-small`}
        />
      )}
    </Field>
  );
  const text = (
    label: string,
    value: string,
    set: (text: string) => void,
    required: boolean,
    hint?: string,
  ) => (
    <Field label={label} hint={hint}>
      {(field) => (
        <Input
          {...field}
          required={required}
          maxLength={250}
          value={value}
          onChange={(event) => set(event.target.value)}
        />
      )}
    </Field>
  );
  const isNumber = problem === 'regression';
  return (
    <section aria-label={t('import_details')} className={`${panelClass} p-4 lg:sticky lg:top-16`}>
      <EntryForm
        sending={register}
        button={t('import_button')}
        ready={file.columns !== null || named.length === file.column_count}
      >
        <h2 className="text-section font-semibold">{t('import_details')}</h2>
        {text(t('model_name'), name, setName, true, t('model_name_hint'))}
        {text(t('target_word'), target, setTarget, true)}
        <DatasetField label={t('dataset')} hint={t('import_dataset_hint')} value={dataset} onPick={choose} />
        <Field label={t('problem')}>
          {(field) => (
            <Select
              {...field}
              value={problem}
              onChange={(event) => setProblem(event.target.value as ProblemKind)}
            >
              <option value="">{t('told_by_file')}</option>
              {problemKinds.map((each) => (
                <option key={each} value={each}>
                  {t(`problem_${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {file.columns === null &&
          lines(
            t('column_names', { count: file.column_count }),
            `${t('column_names_hint')} ${t('column_names_given', { given: named.length, count: file.column_count })}`,
            columns,
            setColumns,
            true,
          )}
        {file.classes === null &&
          !isNumber &&
          lines(t('class_names'), t('class_names_hint'), classes, setClasses, false)}
        {file.outputs.length > 1 && (
          <Field label={t('output_counts')}>
            {(field) => (
              <Select {...field} value={output} onChange={(event) => setOutput(event.target.value)}>
                <option value="">{t('told_by_file')}</option>
                {file.outputs.map((each) => (
                  <option key={each.name}>{each.name}</option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {!isNumber && (
          <Field label={t('scores_are')}>
            {(field) => (
              <Select
                {...field}
                value={scores}
                onChange={(event) => setScores(event.target.value as 'logits')}
              >
                <option value="">{t('told_by_file')}</option>
                {(['probabilities', 'logits'] as const).map((each) => (
                  <option key={each} value={each}>
                    {t(`scores_${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {text(t('licence'), licence, setLicence, false, t('licence_hint'))}
        {text(t('came_from'), source, setSource, false)}
      </EntryForm>
    </section>
  );
}
