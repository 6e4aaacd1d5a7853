import type { RetentionItem, RetentionPolicy } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import clsx from 'clsx';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Field, Input } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { cellClass as cell, numberClass as number, PlainTable } from '../../../components/plain-table.tsx';
import { client } from '../../../lib/client.ts';
import { formatCount, formatPeriod } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

/** Each kind with its period and what of it is due now. */
export function PolicyTable({
  policies,
  due,
  mayChange,
}: {
  policies: readonly RetentionPolicy[];
  due: readonly RetentionItem[] | undefined;
  mayChange: boolean;
}) {
  const { t } = useTranslation('retention');
  const [changing, setChanging] = useState<RetentionPolicy | null>(null);
  return (
    <>
      <PlainTable
        label={t('policies')}
        headings={[
          { label: t('kind') },
          { label: t('kept_for'), className: number },
          { label: t('then'), className: clsx(cell, 'hidden md:table-cell') },
          { label: t('due'), className: clsx(cell, 'text-end') },
          { label: t('on_hold'), className: clsx(number, 'hidden sm:table-cell') },
          { label: t('change'), unseen: true },
        ]}
      >
        {policies.map((policy) => {
          const item = due?.find(({ kind }) => kind === policy.kind);
          return (
            <tr key={policy.kind}>
              <td className={cell}>
                {t(`kind_${policy.kind}`)}
                {!policy.stored && <span className="block text-small text-ink-soft">{t('not_stored')}</span>}
              </td>
              <td className={number}>
                <span title={t('days', { count: policy.days })}>{formatPeriod(policy.days)}</span>
              </td>
              <td className={clsx(cell, 'hidden text-ink-soft md:table-cell')}>
                {t(`manner_${policy.manner}`)}
              </td>
              <td className={number}>{item === undefined ? '–' : formatCount(item.due)}</td>
              <td className={clsx(number, 'hidden sm:table-cell')}>
                {item === undefined ? '–' : formatCount(item.held)}
              </td>
              <td className={number}>
                {mayChange && (
                  <Button size="small" onClick={() => setChanging(policy)}>
                    {t('change')}
                  </Button>
                )}
              </td>
            </tr>
          );
        })}
      </PlainTable>
      {changing && <ChangeDialog policy={changing} onClose={() => setChanging(null)} />}
    </>
  );
}

function ChangeDialog({ policy, onClose }: { policy: RetentionPolicy; onClose: () => void }) {
  const { t } = useTranslation('retention');
  const queries = useQueryClient();
  const [days, setDays] = useState(String(policy.days));
  const save = useMutation({
    mutationFn: () =>
      client.retention.setPolicy({ params: { kind: policy.kind }, body: { days: Number(days) } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: queryKeys.retention });
      onClose();
    },
  });
  const valid = /^\d{1,5}$/.test(days) && Number(days) >= policy.shortest_days;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('change_title', { kind: t(`kind_${policy.kind}`) })}>
        <form
          className="grid grid-cols-1 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (valid) save.mutate();
          }}
        >
          <Field
            label={t('days_label')}
            hint={t('change_hint', { least: policy.shortest_days, usual: policy.default_days })}
          >
            {(props) => (
              <Input
                {...props}
                inputMode="numeric"
                value={days}
                onChange={({ target }) => setDays(target.value)}
              />
            )}
          </Field>
          {save.error && <ErrorNotice error={save.error} />}
          <div className="flex justify-end">
            <Button type="submit" look="primary" disabled={!valid || save.isPending}>
              {t('save')}
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  );
}
