import { useQuery } from '@tanstack/react-query';
import { Copy, Download, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../lib/client.ts';
import { copyText } from '../../lib/copy.ts';
import { formatTime } from '../../lib/format.ts';
import { type ProvenanceNode, provenanceQuery } from '../../lib/provenance.ts';
import { Badge } from '../badge.tsx';
import { Button, buttonClass } from '../button.tsx';
import { IconButton } from '../icon-button.tsx';
import { ErrorNotice } from '../notice.tsx';
import { Skeleton } from '../skeleton.tsx';
import { ProvenanceGraph } from './provenance-graph.tsx';

/** The graph behind one id, with the details of the chosen node. */
export function ProvenanceView({
  id,
  intro,
  onRunAgain,
}: {
  id: string;
  intro?: string;
  onRunAgain?: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  const { data: graph, error, refetch } = useQuery(provenanceQuery(id));
  const [chosen, setChosen] = useState<string | null>(null);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (graph === undefined) return <Skeleton className="h-96" />;
  const step = graph.edges.find(
    ({ from, relation }) => from === graph.root && relation === 'was_generated_by',
  );
  const node =
    graph.nodes.find((each) => each.id === (chosen ?? step?.to ?? graph.root)) ??
    graph.nodes.find(({ type }) => type === 'activity');
  return (
    <div className="@container">
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <p className="min-w-0 flex-1 text-ink-soft">{intro}</p>
        {onRunAgain && (
          <Button size="small" onClick={onRunAgain}>
            <RotateCcw size={14} aria-hidden />
            {t('run_again')}
          </Button>
        )}
        <a
          href={client.provenance.get.url({ params: { id }, query: { format: 'ro-crate' } })}
          download="ro-crate-metadata.json"
          className={buttonClass({ size: 'small' })}
        >
          <Download size={14} aria-hidden />
          {t('provenance_download')}
        </a>
      </div>
      {graph.truncated && <p className="mb-3 text-warning">{t('provenance_truncated')}</p>}
      <div className="grid grid-cols-1 items-start gap-4 @3xl:grid-cols-[minmax(0,3fr)_minmax(18rem,2fr)]">
        <ProvenanceGraph graph={graph} selected={node?.id ?? null} onSelect={setChosen} />
        {node ? <NodeDetails node={node} /> : <p className="text-ink-soft">{t('provenance_pick')}</p>}
      </div>
    </div>
  );
}

function NodeDetails({ node }: { node: ProvenanceNode }) {
  const { t } = useTranslation();
  const facts: [string, string | null][] = [
    [t('provenance_id'), node.id],
    [t('provenance_hash'), node.content_sha256],
    [t('provenance_started'), node.started_at && formatTime(node.started_at)],
    [t('provenance_ended'), node.ended_at && formatTime(node.ended_at)],
    [t('provenance_software'), node.software],
    [t('provenance_seed'), node.seed === null ? null : String(node.seed)],
    [
      t('provenance_signature'),
      node.signature_valid === null
        ? null
        : t(node.signature_valid ? 'provenance_signature_valid' : 'provenance_signature_broken'),
    ],
  ];
  const parameters = Object.entries(node.parameters);
  return (
    <div className="min-w-0 rounded-lg border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="min-w-0 font-semibold wrap-anywhere">{node.label}</h3>
        <Badge>{t(`provenance_${node.type}`)}</Badge>
      </div>
      <dl className="mt-3 grid gap-2">
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt className="text-small text-ink-faint">{name}</dt>
                <dd className="flex items-start gap-1 font-mono text-small wrap-anywhere">{value}</dd>
              </div>
            ),
        )}
      </dl>
      {parameters.length > 0 && (
        <>
          <div className="mt-4 flex items-center justify-between">
            <h4 className="text-small text-ink-faint">{t('provenance_parameters')}</h4>
            <IconButton
              icon={Copy}
              label={t('copy')}
              onClick={() => void copyText(JSON.stringify(node.parameters, null, 2))}
            />
          </div>
          <dl className="grid gap-2">
            {parameters.map(([name, value]) => (
              <div key={name}>
                <dt className="text-small text-ink-faint">{name}</dt>
                <dd className="font-mono text-small whitespace-pre-wrap wrap-anywhere">
                  {typeof value === 'string' ? value : JSON.stringify(value, null, 2)}
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </div>
  );
}
