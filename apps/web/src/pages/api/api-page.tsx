import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { buttonClass } from '../../components/button.tsx';
import { Input } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Page, panelClass } from '../../components/page.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { MethodMark } from './method-mark.tsx';
import { type Operation, operationsQuery } from './openapi.ts';
import { OperationPanel } from './operation-panel.tsx';

const tagOrder = ['Data', 'Questions', 'Jobs', 'Provenance', 'Streams', 'Identity', 'System'];

const byTag = ([a]: [string, unknown], [b]: [string, unknown]) =>
  (tagOrder.indexOf(a) + 1 || 99) - (tagOrder.indexOf(b) + 1 || 99);

export function ApiPage() {
  const { t } = useTranslation('api');
  const { data, error, refetch } = useQuery(operationsQuery);
  return (
    <Page
      wide
      title={t('title')}
      intro={t('intro')}
      actions={
        <>
          <a href="/api/v1/openapi.json" target="_blank" rel="noreferrer" className={buttonClass({})}>
            {t('document')}
            <ExternalLink size={14} aria-hidden />
          </a>
          <a href="/api/v1/docs" target="_blank" rel="noreferrer" className={buttonClass({})}>
            {t('reference')}
            <ExternalLink size={14} aria-hidden />
          </a>
        </>
      }
    >
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={10} />
      ) : (
        <Playground operations={data} />
      )}
    </Page>
  );
}

function Playground({ operations }: { operations: readonly Operation[] }) {
  const { t } = useTranslation('api');
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(
    operations.find(({ id }) => id === 'listDatasets')?.id ?? operations[0]?.id,
  );
  const wanted = text.trim().toLowerCase();
  const found = operations.filter(({ path, summary, method }) =>
    `${method} ${path} ${summary}`.toLowerCase().includes(wanted),
  );
  const operation = operations.find(({ id }) => id === chosen);
  return (
    <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[22rem_minmax(0,1fr)]">
      <nav aria-label={t('choose')} className="min-w-0">
        <Input
          type="search"
          aria-label={t('find')}
          placeholder={t('find')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <div className={clsx(panelClass, 'mt-2 max-h-64 overflow-y-auto p-2 lg:max-h-[calc(100dvh-16rem)]')}>
          {[...Map.groupBy(found, ({ tag }) => tag)].toSorted(byTag).map(([tag, members]) => (
            <div key={tag}>
              <h2 className="px-2 pt-3 pb-1 text-small text-ink-faint">{tag}</h2>
              <ul>
                {members.map(({ id, method, path, summary }) => (
                  <li key={id}>
                    <button
                      type="button"
                      aria-current={id === chosen}
                      onClick={() => setChosen(id)}
                      className="w-full rounded-md px-2 py-1.5 text-start -outline-offset-2 hover:bg-hover aria-[current=true]:bg-accent-soft"
                    >
                      <span className="flex items-center gap-2">
                        <MethodMark method={method} />
                        <code className="truncate font-mono text-small">{path.replace('/api/v1', '')}</code>
                      </span>
                      <span className="block truncate ps-14 text-small text-ink-soft">{summary}</span>
                    </button>
                  </li>
                ))}
              </ul>
            </div>
          ))}
          {found.length === 0 && <p className="p-2 text-ink-soft">{t('none')}</p>}
        </div>
      </nav>
      {operation && <OperationPanel key={operation.id} operation={operation} />}
    </div>
  );
}
