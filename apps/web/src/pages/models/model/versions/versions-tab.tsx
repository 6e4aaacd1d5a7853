import type { ModelVersion } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { Combine, GitCompareArrows, ScrollText, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { ConfirmDialog } from '../../../../components/confirm-dialog.tsx';
import { Section } from '../../../../components/page.tsx';
import { client } from '../../../../lib/client.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { usePermission } from '../../../../lib/session.ts';
import { toast } from '../../../../lib/toasts.ts';
import type { ModelPart } from '../model-queries.ts';
import { AliasDialog } from './alias-dialog.tsx';
import { DeletedVersions } from './deleted-versions.tsx';
import { EnsembleDialog } from './ensemble-dialog.tsx';
import { PolicyDialog } from './policy-dialog.tsx';
import { PromoteDialog } from './promote-dialog.tsx';
import { PromotionList } from './promotion-list.tsx';
import { useVersionActions } from './version-actions.ts';
import { VersionComparison } from './version-comparison.tsx';
import { VersionTable } from './version-table.tsx';

type Task =
  | { kind: 'promote' | 'alias'; version: ModelVersion }
  | { kind: 'policy' | 'rollback' | 'ensemble' };

/** Where the versions stand, what waits for somebody to agree, and what it takes. */
export function VersionsTab({ model, versions }: ModelPart & { versions: readonly ModelVersion[] }) {
  const { t } = useTranslation('models');
  const owner = { ownerId: model.created_by.user_id };
  const mayAsk = usePermission('models:write', owner);
  const mayPromote = usePermission('models:promote', owner);
  const [task, setTask] = useState<Task | null>(null);
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [compared, setCompared] = useState<readonly [number, number] | null>(null);
  const [deleted, setDeleted] = useState(false);
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: queryKeys.models });
  const acts = useVersionActions(model);
  const close = () => setTask(null);
  const toggle = (number: number) =>
    setChosen((now) => (now.includes(number) ? now.filter((each) => each !== number) : [...now, number]));
  const [from, to, ...more] = chosen.toSorted((a, b) => a - b);
  return (
    <div className="grid grid-cols-1 gap-8">
      <PromotionList model={model} versions={versions} onChanged={refresh} />
      <Section
        title={t('versions')}
        actions={
          <>
            {versions.length > 1 && (
              <Button
                disabled={from === undefined || to === undefined || more.length > 0}
                title={t('compare_two')}
                onClick={() => from !== undefined && to !== undefined && setCompared([from, to])}
              >
                <GitCompareArrows size={16} aria-hidden />
                {t('compare_versions')}
              </Button>
            )}
            {mayAsk && chosen.length > 1 && (
              <Button onClick={() => setTask({ kind: 'ensemble' })}>
                <Combine size={16} aria-hidden />
                {t('ensemble')}
              </Button>
            )}
            {mayPromote && (
              <Button onClick={() => setTask({ kind: 'policy' })}>
                <ScrollText size={16} aria-hidden />
                {t('policy')}
              </Button>
            )}
            {mayPromote && model.stages.production !== undefined && (
              <Button onClick={() => setTask({ kind: 'rollback' })}>
                <Undo2 size={16} aria-hidden />
                {t('roll_back')}
              </Button>
            )}
            {mayAsk && (
              <Button look="quiet" aria-pressed={deleted} onClick={() => setDeleted(!deleted)}>
                {t(deleted ? 'hide_deleted' : 'show_deleted')}
              </Button>
            )}
          </>
        }
      >
        <VersionTable
          versions={versions}
          chosen={chosen}
          onChoose={toggle}
          deeds={
            mayAsk
              ? {
                  promote: (version) => setTask({ kind: 'promote', version }),
                  giveAlias: (version) => setTask({ kind: 'alias', version }),
                  removeAlias: acts.removeAlias,
                  remove: acts.remove,
                }
              : null
          }
        />
      </Section>
      {compared !== null && (
        <VersionComparison model={model} numbers={compared} onClose={() => setCompared(null)} />
      )}
      {deleted && <DeletedVersions model={model} onRestore={acts.restore} />}
      {task?.kind === 'policy' ? (
        <PolicyDialog model={model} metrics={metricsOf(versions)} onClose={close} onDone={refresh} />
      ) : task?.kind === 'rollback' ? (
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
      ) : task?.kind === 'alias' ? (
        <AliasDialog model={model} version={task.version} onClose={close} onDone={refresh} />
      ) : task?.kind === 'ensemble' ? (
        <EnsembleDialog model={model} numbers={chosen} onClose={close} />
      ) : task?.kind === 'promote' ? (
        <PromoteDialog model={model} version={task.version} onClose={close} onDone={refresh} />
      ) : null}
    </div>
  );
}

const metricsOf = (versions: readonly ModelVersion[]): string[] =>
  [...new Set(versions.flatMap(({ metrics }) => Object.keys(metrics)))].toSorted();
