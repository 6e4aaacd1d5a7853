import type { Consent } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, Input, Select, TextField } from '../../../../components/field.tsx';
import { client } from '../../../../lib/client.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { FormDialog, linesOf, TextArea } from '../form-dialog.tsx';

const manners = ['written', 'electronic', 'oral', 'guardian'] as const satisfies Consent['given_by'][];

export function GiveDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('privacy');
  const queries = useQueryClient();
  const [subject, setSubject] = useState('');
  const [purposes, setPurposes] = useState('');
  const [wording, setWording] = useState('');
  const [version, setVersion] = useState('');
  const [manner, setManner] = useState<Consent['given_by']>('written');
  const [until, setUntil] = useState('');
  const wanted = linesOf(purposes);
  const give = async () => {
    await client.consents.give({
      body: {
        subject: subject.trim(),
        purposes: wanted,
        wording: wording.trim(),
        wording_version: version.trim(),
        given_by: manner,
        ...(until !== '' && { expires_at: `${until}T23:59:59.000Z` }),
      },
    });
    await queries.invalidateQueries({ queryKey: queryKeys.consents });
  };
  return (
    <FormDialog
      title={t('give')}
      text={t('give_text')}
      button={t('give')}
      ready={
        subject.trim() !== '' &&
        wanted.length > 0 &&
        wanted.every((each) => each.length > 1) &&
        wording.trim().length > 9
      }
      run={give}
      onClose={onClose}
    >
      <TextField label={t('subject')} maxLength={200} value={subject} onText={setSubject} />
      <TextArea
        label={t('purposes')}
        hint={t('purposes_hint')}
        rows={2}
        value={purposes}
        onChange={setPurposes}
      />
      <TextArea label={t('wording')} value={wording} onChange={setWording} />
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-3">
        <TextField label={t('wording_version')} maxLength={60} value={version} onText={setVersion} />
        <Field label={t('given_by')}>
          {(props) => (
            <Select
              {...props}
              value={manner}
              onChange={({ target }) => setManner(target.value as Consent['given_by'])}
            >
              {manners.map((each) => (
                <option key={each} value={each}>
                  {t(`given_by_${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('expires')}>
          {(props) => (
            <Input {...props} type="date" value={until} onChange={({ target }) => setUntil(target.value)} />
          )}
        </Field>
      </div>
    </FormDialog>
  );
}

export function WithdrawDialog({ consent, onClose }: { consent: Consent; onClose: () => void }) {
  const { t } = useTranslation('privacy');
  const queries = useQueryClient();
  const [note, setNote] = useState('');
  const withdraw = async () => {
    await client.consents.withdraw({ params: { id: consent.consent_id }, body: { note: note.trim() } });
    await queries.invalidateQueries({ queryKey: queryKeys.consents });
  };
  return (
    <FormDialog
      title={t('withdraw_title')}
      text={t('withdraw_text', { purpose: consent.purpose })}
      button={t('withdraw')}
      danger
      ready
      run={withdraw}
      onClose={onClose}
    >
      <TextArea label={t('note')} rows={2} value={note} onChange={setNote} />
    </FormDialog>
  );
}
