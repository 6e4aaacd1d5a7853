import type { DatasetAccessDocument, Sensitivity } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { EyeOff, Filter } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';
import type { DatasetPart } from '../shown-version.ts';
import { useRoles } from './roles.ts';
import { draftOf, newMaskRule, newRowsRule, type RuleDraft } from './rule-drafts.ts';
import { RuleRow } from './rule-row.tsx';
import { TryPanel } from './try-panel.tsx';

const sensitivities = ['public', 'internal', 'confidential', 'phi'] as const satisfies Sensitivity[];

/** Who sees what of a dataset. */
export function AccessTab({ dataset, version }: DatasetPart) {
  const id = dataset.dataset_id;
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.datasetPart(id, 'access'),
    queryFn: ({ signal }) => client.datasetAccess.get({ params: { id }, signal }),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={6} />;
  return (
    <div className="grid grid-cols-1 gap-8">
      <Yours access={data} />
      {data.may_change && (
        <AccessForm
          key={data.updated_at + JSON.stringify(data.rules)}
          dataset={dataset}
          version={version}
          access={data}
        />
      )}
    </div>
  );
}

/** What the reader sees of it themselves. */
function Yours({ access }: { access: DatasetAccessDocument }) {
  const { t } = useTranslation('access');
  const { restricted, row_conditions, masks } = access.yours;
  if (!restricted) {
    return (
      <Notice tone="plain" title={t('yours_all')}>
        {t(`sensitivity_${access.sensitivity}`)}: {t(`sensitivity_${access.sensitivity}_text`)}
      </Notice>
    );
  }
  return (
    <Notice tone="info" title={t('yours_part')}>
      <ul className="mt-1 grid list-disc gap-1 ps-4">
        {row_conditions.map(({ column }) => (
          <li key={`row ${column}`}>{t('yours_rows', { column })}</li>
        ))}
        {masks.map(({ column, mask }) => (
          <li key={`mask ${column}`}>{t('yours_mask', { column, mask: t(`mask_${mask.kind}`) })}</li>
        ))}
      </ul>
    </Notice>
  );
}

function AccessForm({ dataset, version, access }: DatasetPart & { access: DatasetAccessDocument }) {
  const { t } = useTranslation('access');
  const { t: common } = useTranslation();
  const queryClient = useQueryClient();
  const [sensitivity, setSensitivity] = useState(access.sensitivity);
  const [drafts, setDrafts] = useState<RuleDraft[]>(() => access.rules.map(draftOf));
  const { roles, cleared } = useRoles();
  const rules = drafts.map(({ rule }) => rule);
  const changed =
    sensitivity !== access.sensitivity || JSON.stringify(rules) !== JSON.stringify(access.rules);
  const save = useMutation({
    mutationFn: () =>
      client.datasetAccess.set({ params: { id: dataset.dataset_id }, body: { sensitivity, rules } }),
    onSuccess: async (saved) => {
      queryClient.setQueryData(queryKeys.datasetPart(dataset.dataset_id, 'access'), saved);
      toast(t('saved'));
      await queryClient.invalidateQueries({ queryKey: queryKeys.datasets });
    },
  });
  const [first] = version.columns;
  const everyday = roles.some(({ role }) => role === 'viewer') ? ['viewer'] : [];
  const replace = (key: string, rule: RuleDraft['rule']) =>
    setDrafts((all) => all.map((each) => (each.key === key ? { key, rule } : each)));
  return (
    <>
      <Section title={t('sensitivity')}>
        <div className="grid gap-2">
          <div className="max-w-full overflow-x-auto">
            <Segmented
              label={t('sensitivity')}
              value={sensitivity}
              options={sensitivities.map((value) => ({ value, label: t(`sensitivity_${value}`) }))}
              onChange={setSensitivity}
            />
          </div>
          <p className="max-w-prose text-ink-soft">
            {t(`sensitivity_${sensitivity}_text`)} {t('cleared', { roles: cleared(sensitivity).join(', ') })}
          </p>
        </div>
      </Section>
      <Section
        title={t('rules')}
        actions={
          first && (
            <>
              <Button onClick={() => setDrafts([...drafts, draftOf(newRowsRule(first, everyday))])}>
                <Filter size={16} aria-hidden />
                {t('add_rows')}
              </Button>
              <Button onClick={() => setDrafts([...drafts, draftOf(newMaskRule(first, everyday))])}>
                <EyeOff size={16} aria-hidden />
                {t('add_mask')}
              </Button>
            </>
          )
        }
      >
        {drafts.length === 0 ? (
          <EmptyState icon={EyeOff} title={t('rules_none_title')}>
            {t('rules_none_text')}
          </EmptyState>
        ) : (
          <ul className={`${panelClass} divide-y divide-line`}>
            {drafts.map((draft, at) => (
              <RuleRow
                key={draft.key}
                draft={draft}
                number={at + 1}
                columns={version.columns}
                roles={roles}
                onChange={(rule) => replace(draft.key, rule)}
                onRemove={() => setDrafts(drafts.filter(({ key }) => key !== draft.key))}
              />
            ))}
          </ul>
        )}
      </Section>
      <TryPanel datasetId={dataset.dataset_id} sensitivity={sensitivity} rules={rules} roles={roles} />
      {(changed || save.isPending) && (
        <div className="sticky bottom-4 z-10 grid gap-3 rounded-lg border border-line bg-raised p-4 shadow-float">
          {save.error && <ErrorNotice error={save.error} />}
          <div className="flex flex-wrap items-center justify-end gap-2">
            <p className="flex-1 font-medium">{t('unsaved')}</p>
            <Button
              onClick={() => {
                setSensitivity(access.sensitivity);
                setDrafts(access.rules.map(draftOf));
                save.reset();
              }}
            >
              {common('undo')}
            </Button>
            <Button look="primary" disabled={save.isPending} onClick={() => save.mutate()}>
              {t('save')}
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
