import type { Dataset, SqlQuery } from '@stroma/contracts';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, Select } from '../../components/field.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import type { SqlProblem } from '../../components/sql/sql-editor.tsx';
import { client } from '../../lib/client.ts';
import { schemaOf } from '../../lib/questions.ts';

const SqlEditor = lazy(() => import('../../components/sql/sql-editor.tsx'));

/** The SQL of a tile; a variable of the board is written `{{name}}`. */
export function SqlFields({
  query,
  datasets,
  onChange,
}: {
  query: SqlQuery;
  datasets: readonly Dataset[];
  onChange: (query: SqlQuery) => void;
}) {
  const { t } = useTranslation('dashboards');
  const [problems, setProblems] = useState<readonly SqlProblem[]>([]);
  const [text, setText] = useState(query.sql);
  const used = datasets.filter(({ dataset_id }) => query.dataset_ids.includes(dataset_id));
  const schema = useMemo(() => schemaOf(used), [used]);
  const validate = async (sql: string): Promise<SqlProblem[]> => {
    // A variable is written by the server; what stands for it meanwhile is any literal.
    const { errors } = await client.queries
      .validate({ body: { sql: sql.replace(/\{\{\w+\}\}/g, 'NULL'), dataset_ids: query.dataset_ids } })
      .catch(() => ({ errors: [] }));
    setProblems(errors);
    if (errors.length === 0 && sql.trim() !== '') onChange({ ...query, sql });
    return errors;
  };
  return (
    <>
      <Field label={t('datasets')} hint={t('sql_datasets_hint')}>
        {(props) => (
          <Select
            {...props}
            value=""
            onChange={({ target }) =>
              target.value &&
              onChange({
                ...query,
                dataset_ids: [...new Set([...query.dataset_ids, target.value])].slice(-20),
              })
            }
          >
            <option value="">{used.map(({ table_name }) => table_name).join(', ')}</option>
            {datasets
              .filter(({ dataset_id }) => !query.dataset_ids.includes(dataset_id))
              .map(({ dataset_id, name }) => (
                <option key={dataset_id} value={dataset_id}>
                  {t('sql_add_dataset', { name })}
                </option>
              ))}
          </Select>
        )}
      </Field>
      <Suspense fallback={<Skeleton className="h-32" />}>
        <SqlEditor
          label={t('tile_sql')}
          value={text}
          schema={schema}
          onChange={(sql) => {
            setText(sql);
            onChange({ ...query, sql });
          }}
          onRun={() => onChange({ ...query, sql: text })}
          validate={validate}
        />
      </Suspense>
      <ul role="status" className="grid gap-1 text-critical empty:hidden">
        {problems.map(({ message, line }) => (
          <li key={message + line} className="wrap-anywhere">
            {message}
          </li>
        ))}
      </ul>
    </>
  );
}
