import type { Model, ModelVersion } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Boxes } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Select } from '../../../components/field.tsx';
import { Page } from '../../../components/page.tsx';
import { ProvenanceButton } from '../../../components/provenance/provenance-button.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { type ModelTab, modelTabs } from '../../../search-parameters.ts';
import { StageMark } from '../stage-mark.tsx';
import { evaluationQuery } from '../training/training-queries.ts';
import { ModelMenu } from './model-menu.tsx';
import type { ModelPart } from './model-queries.ts';
import { TabBody } from './tab-body.tsx';

const route = getRouteApi('/frame/models/$modelId');

export function LoadedModel({
  model,
  versions,
  shown,
}: {
  model: Model;
  versions: readonly ModelVersion[];
  shown: ModelVersion | null;
}) {
  const { t } = useTranslation('models');
  if (shown === null)
    return (
      <Page title={model.name} intro={model.description} actions={<ModelMenu model={model} />}>
        <EmptyState icon={Boxes} title={t('no_versions')}>
          {t('no_versions_text')}
        </EmptyState>
      </Page>
    );
  return <ShownVersion model={model} versions={versions} version={shown} />;
}

function ShownVersion({ model, versions, version }: ModelPart & { versions: readonly ModelVersion[] }) {
  const { t } = useTranslation('models');
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: evaluation = null, isPending } = useQuery(evaluationQuery(model.model_id, version.number));
  const tabList = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new tab may be out of sight on a narrow page
  useEffect(() => {
    const active = tabList.current?.querySelector<HTMLElement>('[data-state="active"]');
    const list = tabList.current;
    if (active && list) list.scrollLeft = active.offsetLeft - list.clientWidth / 2 + active.clientWidth / 2;
  }, [tab]);
  // What was trained elsewhere has no evaluation: of it are told its versions and its card.
  const tabs: readonly ModelTab[] =
    evaluation === null && !isPending ? ['versions', 'governance', 'card'] : modelTabs;
  const current = tab !== undefined && tabs.includes(tab) ? tab : tabs[0];
  return (
    <Page
      wide
      title={model.name}
      heading={
        <span className="flex flex-wrap items-center gap-2">
          {model.name}
          <span className="inline-flex font-normal tracking-normal">
            <StageMark stage={version.stage} />
          </span>
        </span>
      }
      intro={model.description}
      actions={
        <>
          {versions.length > 1 && (
            <Select
              aria-label={t('version_shown')}
              className="w-40! sm:w-52!"
              value={version.number}
              onChange={({ target }) =>
                void navigate({ search: (now) => ({ ...now, version: Number(target.value) }) })
              }
            >
              {versions.map(({ number, stage }) => (
                <option key={number} value={number}>
                  {t(stage === 'none' ? 'version' : 'version_in', { number, stage: t(`stage_${stage}`) })}
                </option>
              ))}
            </Select>
          )}
          <ProvenanceButton id={version.version_id} />
          <ModelMenu model={model} />
        </>
      }
    >
      <Tabs.Root
        value={current ?? 'versions'}
        onValueChange={(next) =>
          void navigate({
            search: (now) => ({ ...now, tab: tabs.find((each) => each === next) }) as typeof now,
          })
        }
      >
        <Tabs.List
          ref={tabList}
          aria-label={t('tabs')}
          className="relative flex gap-1 overflow-x-auto overflow-y-hidden border-b border-line"
        >
          {tabs.map((name) => (
            <Tabs.Trigger
              key={name}
              value={name}
              className="-mb-px flex h-10 shrink-0 items-center gap-2 border-b-2 border-transparent px-3 text-ink-soft -outline-offset-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
            >
              {t(`tab_${name}`)}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value={current ?? 'versions'} className="pt-6 -outline-offset-2">
          <Suspense fallback={<SkeletonRows rows={6} className="h-12" />}>
            <TabBody
              tab={current ?? 'versions'}
              model={model}
              version={version}
              versions={versions}
              evaluation={evaluation}
            />
          </Suspense>
        </Tabs.Content>
      </Tabs.Root>
    </Page>
  );
}
