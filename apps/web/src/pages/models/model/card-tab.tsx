import type { ModelCard } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Facts } from '../../../components/facts.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { SignatureList } from '../../../components/signatures/signature-list.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { formatBytes, formatMoment } from '../../../lib/format.ts';
import { fileStem, saveFile } from '../../../lib/table-export.ts';
import { metricsByWeight, namedMetric } from '../metric-text.ts';
import { StageMark } from '../stage-mark.tsx';
import { cardMarkdown, lacked } from './card-markdown.ts';
import { CardRisk } from './card-risk.tsx';
import { cardQuery, type ModelPart } from './model-queries.ts';

/** The model card: what is on record of a version, and what nobody recorded. */
export function CardTab({ version }: ModelPart) {
  const { data, error, refetch } = useQuery(cardQuery(version));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={8} />;
  return <Card card={data} versionId={version.version_id} />;
}

function Card({ card, versionId }: { card: ModelCard; versionId: string }) {
  const { t } = useTranslation(['models', 'governance']);
  const { version, training, data, metrics, artifacts, not_stated, erasures } = card;
  const { t: ofModels } = useTranslation('models');
  const metricFacts = metricsByWeight(metrics).map((each) => namedMetric(ofModels, each));
  const params = Object.entries(training.params);
  const stem = fileStem(`${card.model.name} ${version.number} card`);
  return (
    <div className="grid grid-cols-1 gap-8">
      {not_stated.length > 0 && (
        <Notice tone="warning" title={t('not_stated')}>
          {not_stated.map((what) => lacked(what, t)).join('; ')}
        </Notice>
      )}
      {erasures.length > 0 && (
        <Notice tone="warning" title={t('erasures', { count: erasures.length })}>
          {t('erasures_text')}
        </Notice>
      )}
      <CardRisk card={card} />
      <div className="grid grid-cols-1 items-start gap-8 lg:grid-cols-2">
        <div className="grid grid-cols-1 gap-8">
          <Section
            title={t('card')}
            actions={
              <>
                <Button
                  onClick={() =>
                    saveFile(`${stem}.md`, cardMarkdown(card, metricFacts, t), 'text/markdown;charset=utf-8')
                  }
                >
                  <Download size={16} aria-hidden />
                  {t('card_as_markdown')}
                </Button>
                <Button
                  onClick={() => saveFile(`${stem}.json`, JSON.stringify(card, null, 2), 'application/json')}
                >
                  <Download size={16} aria-hidden />
                  {t('download_card')}
                </Button>
              </>
            }
          >
            <Facts
              facts={[
                [t('version_word'), version.number],
                [t('stage'), <StageMark key="stage" stage={version.stage} />],
                [t('registered_by'), version.registered_by.name ?? t('nothing')],
                [t('registered'), formatMoment(version.registered_at)],
                ...stated(t('run'), training.name),
                ...stated(t('code_version'), training.code_version, true),
                ...stated(t('software'), training.software),
                ...stated(t('began'), training.started_at && formatMoment(training.started_at)),
                ...stated(t('ended'), training.ended_at && formatMoment(training.ended_at)),
                [t('facts_hash'), <Hash key="facts">{card.facts_sha256}</Hash>],
                [t('card_hash'), <Hash key="card">{card.card_sha256}</Hash>],
              ]}
            />
          </Section>
          {params.length > 0 && (
            <Section title={t('parameters')}>
              <Facts facts={params} />
            </Section>
          )}
        </div>
        <div className="grid grid-cols-1 gap-8">
          {metricFacts.length > 0 && (
            <Section title={t('metrics')}>
              <Facts facts={metricFacts} />
            </Section>
          )}
          {data.inputs.length > 0 && (
            <Section title={t('data')}>
              <Facts
                facts={data.inputs.map(({ name, dataset_id, context, content_sha256 }) => [
                  context ?? t('data'),
                  <span key={name} className="grid justify-items-end gap-1">
                    {dataset_id === null ? (
                      name
                    ) : (
                      <Link
                        to="/data/$datasetId"
                        params={{ datasetId: dataset_id }}
                        className="text-accent hover:underline"
                      >
                        {name}
                      </Link>
                    )}
                    {content_sha256 !== null && <Hash>{content_sha256}</Hash>}
                  </span>,
                ])}
              />
            </Section>
          )}
          {artifacts.length > 0 && (
            <Section title={t('files')}>
              <Facts facts={artifacts.map(({ path, bytes }) => [path, formatBytes(bytes)])} />
            </Section>
          )}
        </div>
      </div>
      <Section title={t('signatures')}>
        <SignatureList object={{ kind: 'model_version', id: versionId }} signing />
      </Section>
    </div>
  );
}

const stated = (name: string, value: string | null, mono = false): [string, ReactNode][] =>
  value === null
    ? []
    : [
        [
          name,
          mono ? (
            <code key="value" className="font-mono text-small">
              {value}
            </code>
          ) : (
            value
          ),
        ],
      ];

function Hash({ children }: { children: string }) {
  return (
    <code className="font-mono text-small text-ink-soft" title={children}>
      {children.slice(0, 16)}…
    </code>
  );
}
