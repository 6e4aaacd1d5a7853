import type { FeatureView } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { allDatasetsQuery } from '../../lib/datasets.ts';
import { toast } from '../../lib/toasts.ts';
import { draftOf } from './definition-draft.ts';
import { definitionOf, previewQuery } from './feature-queries.ts';
import { PreviewFacts } from './preview-facts.tsx';
import { ViewForm } from './view-form.tsx';

/** How the features are made: changed by who may, read by the others. */
export function DefinitionTab({ view }: { view: FeatureView }) {
  const { t } = useTranslation('features');
  const { data, error, refetch } = useQuery(allDatasetsQuery);
  if (!view.may_change) return <ReadDefinition view={view} />;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={6} className="h-12" />;
  return (
    <ViewForm
      key={view.revision}
      initial={draftOf(definitionOf(view))}
      datasets={data.items}
      view={view}
      onSaved={({ version }) => toast(t(version === view.version ? 'saved' : 'saved_version', { version }))}
    />
  );
}

function ReadDefinition({ view }: { view: FeatureView }) {
  const { data, error, refetch } = useQuery(previewQuery(definitionOf(view)));
  return (
    <div className="grid grid-cols-1 gap-6">
      {view.why_not && <Notice tone="plain">{view.why_not}</Notice>}
      <pre className="overflow-x-auto rounded-md border border-line bg-sunken p-3 font-mono text-small">
        {view.sql}
      </pre>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data && <PreviewFacts preview={data} />}
    </div>
  );
}
