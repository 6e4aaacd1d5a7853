import { type EnsembleMethod, ensembleMethods, type Model } from '@stroma/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogContent } from '../../../../components/dialog.tsx';
import { EntryForm } from '../../../../components/entry-form.tsx';
import { Field, Input, Select } from '../../../../components/field.tsx';
import { IconButton } from '../../../../components/icon-button.tsx';
import { panelClass } from '../../../../components/page.tsx';
import { client } from '../../../../lib/client.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { DatasetField } from '../../dataset-field.tsx';

interface Member {
  model_id: string;
  name: string;
  number: number;
}

const mostMembers = 20;

/** One model of the chosen versions, and of others that predict the same. */
export function EnsembleDialog({
  model,
  numbers,
  onClose,
}: {
  model: Model;
  numbers: readonly number[];
  onClose: () => void;
}) {
  const { t } = useTranslation('models');
  const navigate = useNavigate();
  const [members, setMembers] = useState<readonly Member[]>(() =>
    numbers.map((number) => ({ model_id: model.model_id, name: model.name, number })),
  );
  const [method, setMethod] = useState<EnsembleMethod>('weighted');
  const [picked, setPicked] = useState('');
  const [name, setName] = useState('');
  const query = { limit: 200 };
  const { data: models } = useQuery({
    queryKey: queryKeys.modelList(query),
    queryFn: ({ signal }) => client.models.list({ query, signal }),
  });
  const usualName = t('ensemble_name', { name: model.name }).slice(0, 250);
  const make = useMutation({
    mutationFn: () =>
      client.training.ensemble({
        body: {
          members: members.map(({ model_id, number }) => ({ model_id, version: String(number) })),
          method,
          dataset_id: picked,
          name: name.trim() || usualName,
        },
      }),
    onSuccess: ({ training_id }) =>
      navigate({ to: '/models/trainings/$trainingId', params: { trainingId: training_id } }),
  });
  const others = (models?.items ?? []).filter(
    ({ model_id, newest }) => newest !== null && !members.some((each) => each.model_id === model_id),
  );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('ensemble_title', { count: members.length })} description={t('ensemble_text')}>
        <EntryForm sending={make} button={t('ensemble')} ready={members.length > 1}>
          <div className="grid gap-2">
            <h3 className="font-medium">{t('ensemble_members')}</h3>
            <ul className={`${panelClass} divide-y divide-line`}>
              {members.map((member, at) => {
                const label = `${member.name}, ${t('version', { number: member.number })}`;
                return (
                  <li key={label} className="flex min-h-10 items-center gap-2 ps-3 pe-1">
                    <span className="min-w-0 flex-1 wrap-anywhere">{label}</span>
                    {members.length > 2 && (
                      <IconButton
                        icon={X}
                        label={t('remove_member', { name: label })}
                        onClick={() => setMembers(members.toSpliced(at, 1))}
                      />
                    )}
                  </li>
                );
              })}
            </ul>
            {others.length > 0 && members.length < mostMembers && (
              <Select
                aria-label={t('ensemble_add')}
                value=""
                onChange={({ target }) => {
                  const found = others.find(({ model_id }) => model_id === target.value);
                  if (found?.newest)
                    setMembers([
                      ...members,
                      { model_id: found.model_id, name: found.name, number: found.newest.number },
                    ]);
                }}
              >
                <option value="">{t('ensemble_add')}</option>
                {others.map((each) => (
                  <option key={each.model_id} value={each.model_id}>
                    {each.name}
                  </option>
                ))}
              </Select>
            )}
          </div>
          <Field label={t('method')}>
            {(field) => (
              <Select
                {...field}
                value={method}
                onChange={({ target }) => setMethod(target.value as EnsembleMethod)}
              >
                {ensembleMethods.map((each) => (
                  <option key={each} value={each}>
                    {t(`method_${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <DatasetField label={t('ensemble_dataset')} value={picked} onPick={setPicked} />
          <Field label={t('model_name')} hint={t('model_name_hint')}>
            {(field) => (
              <Input
                {...field}
                maxLength={250}
                placeholder={usualName}
                value={name}
                onChange={({ target }) => setName(target.value)}
              />
            )}
          </Field>
        </EntryForm>
      </DialogContent>
    </Dialog>
  );
}
