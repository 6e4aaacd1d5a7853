import type { UsePurpose } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Target } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Field, Input } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Page } from '../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../components/plain-table.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatCount } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';

/** What data may be kept for: listed, described, retired. */
export function PurposesPage() {
  const { t } = useTranslation('projects');
  const { t: common } = useTranslation();
  const queryClient = useQueryClient();
  const mayChange = usePermission('policies:write');
  const [adding, setAdding] = useState<string | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.purposes,
    queryFn: ({ signal }) => client.purposes.list({ signal }),
  });
  const refresh = () => queryClient.invalidateQueries({ queryKey: queryKeys.purposes });
  const retire = useMutation({
    mutationFn: ({ purpose, retired }: { purpose: string; retired: boolean }) =>
      client.purposes.update({ params: { purpose }, body: { retired } }),
    onSuccess: async (_, { purpose, retired }) => {
      toast(t(retired ? 'purpose_retired' : 'purpose_back', { purpose }), {
        action: { label: common('undo'), run: () => retire.mutate({ purpose, retired: !retired }) },
      });
      await refresh();
    },
  });
  return (
    <Page
      wide
      title={t('purposes')}
      intro={t('purposes_intro')}
      actions={
        mayChange && (
          <Button look="primary" onClick={() => setAdding('')}>
            <Plus size={16} aria-hidden />
            {t('add_purpose')}
          </Button>
        )
      }
    >
      {retire.error ? (
        <div className="mb-4">
          <ErrorNotice error={retire.error} />
        </div>
      ) : null}
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={5} className="h-12" />
      ) : data.items.length === 0 ? (
        <EmptyState icon={Target} title={t('no_purpose')}>
          {t('no_purpose_text')}
        </EmptyState>
      ) : (
        <PlainTable
          label={t('purposes')}
          headings={[
            { label: t('purpose') },
            { label: t('kept_for_it'), className: numberClass },
            { label: t('actions'), unseen: true },
          ]}
        >
          {data.items.map((each) => (
            <PurposeRow
              key={each.purpose}
              purpose={each}
              action={
                !mayChange ? null : each.listed ? (
                  <Button
                    size="small"
                    disabled={retire.isPending}
                    onClick={() =>
                      retire.mutate({ purpose: each.purpose, retired: each.retired_at === null })
                    }
                  >
                    {t(each.retired_at === null ? 'retire' : 'bring_back')}
                  </Button>
                ) : (
                  <Button size="small" onClick={() => setAdding(each.purpose)}>
                    {t('list_it')}
                  </Button>
                )
              }
            />
          ))}
        </PlainTable>
      )}
      {adding !== null && <AddDialog suggested={adding} onClose={() => setAdding(null)} onAdded={refresh} />}
    </Page>
  );
}

function PurposeRow({ purpose: each, action }: { purpose: UsePurpose; action: ReactNode }) {
  const { t } = useTranslation('projects');
  return (
    <tr className={each.retired_at === null ? '' : 'text-ink-faint'}>
      <td className={cellClass}>
        <span className="flex flex-wrap items-center gap-x-2">
          <code className="font-mono">{each.purpose}</code>
          {each.retired_at !== null && <Badge>{t('retired')}</Badge>}
          {!each.listed && <Badge tone="warning">{t('not_listed')}</Badge>}
        </span>
        {each.description !== '' && (
          <span className="block max-w-prose text-small text-ink-soft">{each.description}</span>
        )}
      </td>
      <td className={numberClass}>{formatCount(each.resources)}</td>
      <td className={`${cellClass} text-end`}>{action}</td>
    </tr>
  );
}

function AddDialog({
  suggested,
  onClose,
  onAdded,
}: {
  suggested: string;
  onClose: () => void;
  onAdded: () => Promise<void>;
}) {
  const { t } = useTranslation('projects');
  const [purpose, setPurpose] = useState(suggested);
  const [description, setDescription] = useState('');
  const well = /^[a-z][a-z0-9-]{0,59}$/.test(purpose);
  return (
    <ConfirmDialog
      title={t('add_purpose')}
      text={t('add_purpose_text')}
      button={t('add')}
      ready={well}
      onClose={onClose}
      run={async () => {
        await client.purposes.add({ body: { purpose, description } });
        toast(t('purpose_added', { purpose }));
        await onAdded();
      }}
    >
      <Field
        label={t('purpose')}
        hint={t('purpose_hint')}
        error={purpose === '' || well ? null : t('purpose_hint')}
      >
        {(props) => (
          <Input
            {...props}
            required
            autoFocus
            maxLength={60}
            className="font-mono"
            value={purpose}
            onChange={({ target }) => setPurpose(target.value)}
          />
        )}
      </Field>
      <Field label={t('description')}>
        {(props) => (
          <Input
            {...props}
            maxLength={1000}
            value={description}
            onChange={({ target }) => setDescription(target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
