import type { ModelVersion } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { ScrollText, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';
import { Button } from '../../../../components/button.tsx';
import { ConfirmDialog } from '../../../../components/confirm-dialog.tsx';
import { Section } from '../../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../../components/plain-table.tsx';
import { client } from '../../../../lib/client.ts';
import { formatAgo, formatTime } from '../../../../lib/format.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { usePermission } from '../../../../lib/session.ts';
import { toast } from '../../../../lib/toasts.ts';
import { metricsByWeight, metricText } from '../../metric-text.ts';
import { StageMark } from '../../stage-mark.tsx';
import type { ModelPart } from '../model-queries.ts';
import { PolicyDialog } from './policy-dialog.tsx';
import { PromoteDialog } from './promote-dialog.tsx';
import { PromotionList } from './promotion-list.tsx';

const shownMetrics = 3;

/** Where the versions stand, what waits for somebody to agree, and what it takes. */
export function VersionsTab({ model, versions }: ModelPart & { versions: readonly ModelVersion[] }) {
  const { t } = useTranslation('models');
  const owner = { ownerId: model.created_by.user_id };
  const mayAsk = usePermission('models:write', owner);
  const mayPromote = usePermission('models:promote', owner);
  const [task, setTask] = useState<ModelVersion | 'policy' | 'rollback' | null>(null);
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: queryKeys.models });
  const close = () => setTask(null);
  const wide = `${cellClass} max-md:hidden`;
  return (
    <div className="grid grid-cols-1 gap-8">
      <PromotionList model={model} versions={versions} onChanged={refresh} />
      <Section
        title={t('versions')}
        actions={
          mayPromote && (
            <>
              <Button onClick={() => setTask('policy')}>
                <ScrollText size={16} aria-hidden />
                {t('policy')}
              </Button>
              {model.stages.production !== undefined && (
                <Button onClick={() => setTask('rollback')}>
                  <Undo2 size={16} aria-hidden />
                  {t('roll_back')}
                </Button>
              )}
            </>
          )
        }
      >
        <PlainTable
          label={t('versions')}
          headings={[
            { label: t('version_word'), className: `${cellClass} text-start` },
            { label: t('stage'), className: `${cellClass} text-start` },
            { label: t('metrics'), className: `${cellClass} text-start max-sm:hidden` },
            { label: t('owner'), className: `${wide} text-start` },
            { label: t('registered'), className: `${wide} text-start` },
            { label: t('actions'), unseen: true, className: numberClass },
          ]}
        >
          {versions.map((version) => (
            <tr key={version.version_id}>
              <td className={cellClass}>
                <span className="font-medium">{version.number}</span>
                <span className="ms-2 inline-flex flex-wrap gap-1">
                  {version.aliases.map((alias) => (
                    <Badge key={alias} tone="accent">
                      {alias}
                    </Badge>
                  ))}
                </span>
                {version.description !== '' && (
                  <p className="text-small text-ink-faint wrap-anywhere">{version.description}</p>
                )}
              </td>
              <td className={cellClass}>
                <StageMark stage={version.stage} />
              </td>
              <td className={`${cellClass} max-sm:hidden`}>
                {metricsByWeight(version.metrics)
                  .slice(0, shownMetrics)
                  .map(([key, value]) => (
                    <span key={key} className="me-3 whitespace-nowrap">
                      <span className="text-ink-faint">{key}</span> {metricText(value)}
                    </span>
                  ))}
              </td>
              <td className={wide}>{version.created_by.name ?? t('nothing')}</td>
              <td className={wide}>
                <time dateTime={version.created_at} title={formatTime(version.created_at)}>
                  {formatAgo(version.created_at)}
                </time>
              </td>
              <td className={numberClass}>
                {mayAsk && (
                  <Button
                    size="small"
                    aria-label={t('promote_version', { number: version.number })}
                    onClick={() => setTask(version)}
                  >
                    {t('promote')}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </PlainTable>
      </Section>
      {task === 'policy' ? (
        <PolicyDialog model={model} metrics={metricsOf(versions)} onClose={close} onDone={refresh} />
      ) : task === 'rollback' ? (
        <ConfirmDialog
          title={t('roll_back_title', { name: model.name })}
          text={t('roll_back_text')}
          button={t('roll_back')}
          reason={t('reason')}
          run={async (comment) => {
            const { number } = await client.models.rollback({
              params: { id: model.model_id },
              body: { stage: 'production', comment },
            });
            toast(t('rolled_back', { number }));
            await refresh();
          }}
          onClose={close}
        />
      ) : task !== null ? (
        <PromoteDialog model={model} version={task} onClose={close} onDone={refresh} />
      ) : null}
    </div>
  );
}

const metricsOf = (versions: readonly ModelVersion[]): string[] =>
  [...new Set(versions.flatMap(({ metrics }) => Object.keys(metrics)))].toSorted();
