import type { LegalHold } from '@stroma/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ComponentProps, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { Field, Input, Select } from '../../../components/field.tsx';
import { client } from '../../../lib/client.ts';
import { allDatasetsQuery } from '../../../lib/datasets.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { MemberPicker } from '../members/member-picker.tsx';

const scopes = ['dataset', 'person', 'everything'] as const;

export function PlaceDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('retention');
  const [scope, setScope] = useState<LegalHold['scope']>('dataset');
  const [subject, setSubject] = useState('');
  const maySeeMembers = usePermission('members:read');
  const known = useDatasets(scope === 'dataset');
  return (
    <ReasonDialog
      title={t('place')}
      text={t('no_hold_text')}
      button={t('place')}
      ready={scope === 'everything' || subject.trim() !== ''}
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
            onChange={({ target }) => {
              setScope(target.value as LegalHold['scope']);
              setSubject('');
            }}
          >
            {scopes.map((each) => (
              <option key={each} value={each}>
                {t(`scope_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {scope === 'person' && maySeeMembers && (
        <MemberPicker label={t('subject_person')} value={subject} status="any" onChange={setSubject} />
      )}
      {(scope === 'dataset' || (scope === 'person' && !maySeeMembers)) && (
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
function useDatasets(enabled: boolean): readonly { id: string; name: string }[] {
  const { data } = useQuery({ ...allDatasetsQuery, enabled });
  return data?.items.map(({ dataset_id: id, name }) => ({ id, name })) ?? [];
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

/** A confirmation whose reason goes on record, and whose outcome the page shows. */
function ReasonDialog(props: Omit<ComponentProps<typeof ConfirmDialog>, 'reason'>) {
  const { t } = useTranslation('retention');
  const queries = useQueryClient();
  return (
    <ConfirmDialog
      {...props}
      reason={t('reason')}
      reasonHint={t('reason_hint')}
      shortestReason={10}
      run={async (reason) => {
        await props.run(reason);
        await queries.invalidateQueries({ queryKey: queryKeys.retention });
      }}
    />
  );
}
