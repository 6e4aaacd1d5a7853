import type { ErasurePlan } from '@stroma/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { Facts } from '../../../../components/facts.tsx';
import { Select } from '../../../../components/field.tsx';
import { Notice } from '../../../../components/notice.tsx';
import { panelClass } from '../../../../components/page.tsx';
import { formatCount } from '../../../../lib/format.ts';
import { usePermission } from '../../../../lib/session.ts';
import { EraseDialog } from './erase-dialog.tsx';

type PlannedDataset = ErasurePlan['datasets'][number];
export type Choice = 'proposed' | 'words' | 'keep' | 'erase';
const cell = 'px-2 py-2 text-start align-top sm:px-4';
const number = 'px-2 py-2 text-end align-top tabular-nums sm:px-4';

/** What may be chosen for a dataset; the first is what the plan proposes. */
function choicesOf({ may_choose, ground, deleted }: PlannedDataset): Choice[] {
  if (!may_choose) return ['proposed'];
  if (ground === 'signed_record') return ['proposed', 'erase'];
  return deleted ? ['proposed', 'keep'] : ['proposed', 'words', 'keep'];
}

/** What will become of what, before it does; who executes may choose otherwise where the law leaves it to them. */
export function PlanView({ plan, mayErase }: { plan: ErasurePlan; mayErase: boolean }) {
  const { t } = useTranslation('privacy');
  const mayRemoveAccounts = usePermission('members:write');
  const [choices, setChoices] = useState<Readonly<Record<string, Choice>>>({});
  const [accounts, setAccounts] = useState<readonly string[]>([]);
  const [keepsConsents, setKeepsConsents] = useState(false);
  const [asking, setAsking] = useState(false);
  const chosen = (choice: Choice) =>
    plan.datasets.map(({ dataset_id }) => dataset_id).filter((id) => choices[id] === choice);
  const wordOf = (dataset: PlannedDataset, choice: Choice) =>
    choice === 'proposed' ? t(`treatment_${dataset.treatment}`) : t(`treatment_${choice}`);
  return (
    <div className="grid grid-cols-1 gap-4">
      <p className="text-ink-soft">{t('erasure_text')}</p>
      {plan.blocked !== null && (
        <Notice tone="warning" title={t('blocked')}>
          {plan.blocked}
        </Notice>
      )}
      {plan.unclear.length > 0 && (
        <Notice tone="warning" title={t('unclear')}>
          <ul>
            {plan.unclear.map(({ name, why }) => (
              <li key={name}>
                {name}: {why}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {plan.datasets.length > 0 && (
        <div className={`${panelClass} overflow-x-auto`}>
          <table className="w-full border-collapse">
            <thead>
              <tr className="border-b border-line text-small text-ink-soft">
                <th className={cell}>{t('dataset')}</th>
                <th className={number}>{t('rows')}</th>
                <th className={number} title={t('mentions_hint')}>
                  {t('mentions')}
                </th>
                <th className={cell}>{t('treatment')}</th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {plan.datasets.map((dataset) => (
                <tr key={dataset.dataset_id}>
                  <td className={`${cell} wrap-anywhere`}>{dataset.name}</td>
                  <td className={number}>
                    {t('of_rows', {
                      rows: formatCount(dataset.rows),
                      total: formatCount(dataset.total_rows),
                    })}
                  </td>
                  <td className={number}>{formatCount(dataset.mentions)}</td>
                  <td className={cell}>
                    <Select
                      aria-label={`${t('treatment')}: ${dataset.name}`}
                      className="min-w-48"
                      disabled={!mayErase || choicesOf(dataset).length === 1}
                      value={choices[dataset.dataset_id] ?? 'proposed'}
                      onChange={({ target }) =>
                        setChoices({ ...choices, [dataset.dataset_id]: target.value as Choice })
                      }
                    >
                      {choicesOf(dataset).map((choice) => (
                        <option key={choice} value={choice}>
                          {wordOf(dataset, choice)}
                        </option>
                      ))}
                    </Select>
                    {dataset.ground && (
                      <span className="mt-1 block text-small text-ink-soft">
                        {t(`ground_${dataset.ground}`)}
                      </span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Facts facts={factsOf(plan, t)} />
      {mayErase &&
        plan.accounts.map(({ user_id, name, email }) => (
          <label key={user_id} className="flex min-h-8 items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              disabled={!mayRemoveAccounts}
              checked={accounts.includes(user_id)}
              onChange={({ target }) =>
                setAccounts(target.checked ? [...accounts, user_id] : accounts.filter((id) => id !== user_id))
              }
            />
            {t('erase_account', { name, email })}
          </label>
        ))}
      {mayErase && plan.consents > 0 && (
        <label className="flex min-h-8 items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={keepsConsents}
            onChange={({ target }) => setKeepsConsents(target.checked)}
          />
          {t('keep_consents')}
        </label>
      )}
      {mayErase && (
        <div className="flex justify-end">
          <Button look="danger" disabled={plan.blocked !== null} onClick={() => setAsking(true)}>
            {t('erase')}
          </Button>
        </div>
      )}
      {asking && (
        <EraseDialog
          plan={plan}
          decisions={{
            keep_datasets: chosen('keep'),
            words_only_datasets: chosen('words'),
            erase_signed_datasets: chosen('erase'),
            erase_accounts: [...accounts],
            consents: keepsConsents ? 'keep' : 'erase',
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}

function factsOf(
  plan: ErasurePlan,
  t: ReturnType<typeof useTranslation<'privacy'>>['t'],
): [string, string][] {
  const derived = Map.groupBy(plan.derived, ({ kind, treatment }) => `${kind} ${treatment}`);
  const lines: [string, string, boolean][] = [
    ...[...derived.values()].flatMap((group): [string, string, boolean][] => {
      const [first] = group;
      if (first === undefined) return [];
      const name =
        first.kind === 'query' || first.kind === 'anonymised_version'
          ? t(`derived_${first.kind}`)
          : first.kind;
      return [[name, `${formatCount(group.length)} · ${t(`treatment_${first.treatment}`)}`, true]];
    }),
    ...plan.store.map(({ table, rows, treatment, ground }): [string, string, boolean] => [
      table,
      [
        formatCount(rows),
        t(`treatment_${treatment}`),
        ...(ground === null ? [] : [t(`ground_${ground}`)]),
      ].join(' · '),
      true,
    ]),
    [t('raw_files'), `${formatCount(plan.raw_files)} · ${t('treatment_remove')}`, plan.raw_files > 0],
    [t('invitations'), `${formatCount(plan.invitations)} · ${t('treatment_remove')}`, plan.invitations > 0],
    [t('mail'), `${formatCount(plan.mail)} · ${t('treatment_remove')}`, plan.mail > 0],
    [t('consents_count'), formatCount(plan.consents), plan.consents > 0],
    [t('backups'), formatCount(plan.backups.count), plan.backups.count > 0],
  ];
  return lines.flatMap(([name, value, there]): [string, string][] => (there ? [[name, value]] : []));
}
