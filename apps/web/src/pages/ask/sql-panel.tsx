import type { Dataset } from '@stroma/contracts';
import { getRouteApi } from '@tanstack/react-router';
import { Copy, Play } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Section } from '../../components/page.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import type { SqlProblem } from '../../components/sql/sql-editor.tsx';
import { client } from '../../lib/client.ts';
import { copyText } from '../../lib/copy.ts';
import { schemaOf } from '../../lib/questions.ts';

const SqlEditor = lazy(() => import('../../components/sql/sql-editor.tsx'));
const route = getRouteApi('/frame/ask');

/** The SQL of an answer, to be changed and run. What runs is what the address holds. */
export function SqlPanel({
  datasets,
  sql,
  running,
  onRetry,
}: {
  datasets: readonly Dataset[];
  sql: string;
  running: boolean;
  onRetry?: () => void;
}) {
  const { t } = useTranslation('ask');
  const navigate = route.useNavigate();
  const [text, setText] = useState(sql);
  const [problems, setProblems] = useState<readonly SqlProblem[]>([]);
  useEffect(() => {
    setText(sql);
    setProblems([]);
  }, [sql]);
  const schema = useMemo(() => schemaOf(datasets), [datasets]);
  const ids = datasets.map(({ dataset_id }) => dataset_id);
  const run = () => {
    if (text.trim() === '') return;
    if (text.trim() === sql.trim() && onRetry) onRetry();
    else void navigate({ search: (now) => ({ ...now, datasets: ids.join(','), sql: text.trim() }) });
  };
  const validate = async (value: string): Promise<SqlProblem[]> => {
    if (value.trim() === '') return [];
    try {
      const { errors } = await client.queries.validate({ body: { sql: value, dataset_ids: ids } });
      setProblems(errors);
      return errors;
    } catch {
      return [];
    }
  };
  return (
    <Section
      title={t('sql')}
      note={t('sql_hint')}
      actions={
        <>
          <Button look="quiet" onClick={() => void copyText(text)}>
            <Copy size={16} aria-hidden />
            {t('sql_copy')}
          </Button>
          <Button onClick={run} disabled={running}>
            <Play size={16} aria-hidden />
            {t(running ? 'sql_running' : 'sql_run')}
          </Button>
        </>
      }
    >
      <Suspense fallback={<Skeleton className="h-32" />}>
        <SqlEditor
          label={t('sql_editor')}
          value={text}
          schema={schema}
          onChange={setText}
          onRun={run}
          validate={validate}
        />
      </Suspense>
      <ul role="status" className="mt-2 grid min-h-5 gap-1 text-critical">
        {problems.map(({ message, line }) => (
          <li key={message + line} className="wrap-anywhere">
            {message}
          </li>
        ))}
      </ul>
    </Section>
  );
}
