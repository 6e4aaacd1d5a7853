import type { LegalHold } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Field, Input, inputClass, Select } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { client } from '../../../lib/client.ts';
import { allDatasetsQuery } from '../../../lib/datasets.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';

const scopes = ['dataset', 'person', 'everything'] as const;
const shortestReason = 10;

export function PlaceDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('retention');
  const [scope, setScope] = useState<LegalHold['scope']>('dataset');
  const [subject, setSubject] = useState('');
  const known = useSubjects(scope);
  return (
    <ReasonDialog
      title={t('place')}
      text={t('no_hold_text')}
      button={t('place')}
      blocked={scope !== 'everything' && subject.trim() === ''}
      onClose={onClose}
      run={(reason) =>
        client.retention.placeHold({
          body: { scope, reason, ...(scope !== 'everything' && { subject_id: subject.trim() }) },
        })
      }
    >
      <Field label={t('scope')}>
        {(props) => (
          <Select
            {...props}
            value={scope}
            onChange={({ target }) => setScope(target.value as LegalHold['scope'])}
          >
            {scopes.map((each) => (
              <option key={each} value={each}>
                {t(`scope_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {scope !== 'everything' && (
        <Field
          label={t(`subject_${scope}`)}
          hint={known.find(({ id }) => id === subject.trim())?.name ?? t('subject_hint')}
        >
          {(props) => (
            <>
              <Input
                {...props}
                list="hold-subjects"
                autoComplete="off"
                value={subject}
                onChange={({ target }) => setSubject(target.value)}
              />
              <datalist id="hold-subjects">
                {known.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </datalist>
            </>
          )}
        </Field>
      )}
    </ReasonDialog>
  );
}

/** What can be chosen by name; anything else, such as a deleted dataset, by its id. */
function useSubjects(scope: LegalHold['scope']): readonly { id: string; name: string }[] {
  const maySeeMembers = usePermission('members:read');
  const datasets = useQuery({ ...allDatasetsQuery, enabled: scope === 'dataset' });
  const members = useQuery({
    queryKey: queryKeys.memberList({ limit: 200 }),
    queryFn: ({ signal }) => client.members.list({ query: { limit: 200 }, signal }),
    enabled: scope === 'person' && maySeeMembers,
  });
  if (scope === 'dataset')
    return datasets.data?.items.map(({ dataset_id: id, name }) => ({ id, name })) ?? [];
  return members.data?.items.map(({ user_id: id, name }) => ({ id, name })) ?? [];
}

export function LiftDialog({ hold, onClose }: { hold: LegalHold; onClose: () => void }) {
  const { t } = useTranslation('retention');
  return (
    <ReasonDialog
      title={t('lift_title')}
      text={hold.reason}
      button={t('lift')}
      onClose={onClose}
      run={(reason) => client.retention.liftHold({ params: { id: hold.hold_id }, body: { reason } })}
    />
  );
}

function ReasonDialog({
  title,
  text,
  button,
  blocked = false,
  run,
  onClose,
  children,
}: {
  title: string;
  text: string;
  button: string;
  blocked?: boolean;
  run: (reason: string) => Promise<unknown>;
  onClose: () => void;
  children?: ReactNode;
}) {
  const { t } = useTranslation('retention');
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const work = useMutation({
    mutationFn: () => run(reason.trim()),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: queryKeys.retention });
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={title} description={text}>
        <form
          className="grid grid-cols-1 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            work.mutate();
          }}
        >
          {children}
          <Field label={t('reason')} hint={t('reason_hint')}>
            {(props) => (
              <textarea
                {...props}
                rows={3}
                maxLength={2000}
                value={reason}
                onChange={({ target }) => setReason(target.value)}
                className={`${inputClass} h-auto py-1.5`}
              />
            )}
          </Field>
          {work.error && <ErrorNotice error={work.error} />}
          <div className="flex justify-end">
            <Button
              type="submit"
              look="primary"
              disabled={blocked || reason.trim().length < shortestReason || work.isPending}
            >
              {button}
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  );
}
