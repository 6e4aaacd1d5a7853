import type { SubjectRequest, SubjectRequestKind } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, Select, TextField } from '../../../../components/field.tsx';
import { client } from '../../../../lib/client.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { FormDialog, linesOf, TextArea } from '../form-dialog.tsx';

export const requestKinds = [
  'access',
  'rectification',
  'erasure',
  'restriction',
  'portability',
] as const satisfies SubjectRequestKind[];

const today = () => new Date().toISOString().slice(0, 10);

export function ReceiveDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('privacy');
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [kind, setKind] = useState<SubjectRequest['kind']>('access');
  const [subject, setSubject] = useState('');
  const [contact, setContact] = useState('');
  const [identifiers, setIdentifiers] = useState('');
  const [received, setReceived] = useState(today);
  const [note, setNote] = useState('');
  const lines = linesOf(identifiers);
  const receive = async () => {
    const made = await client.subjectRequests.receive({
      body: {
        kind,
        subject: subject.trim(),
        contact: contact.trim(),
        identifiers: lines,
        note: note.trim(),
        ...(received !== today() && { received_at: `${received}T12:00:00.000Z` }),
      },
    });
    await queries.invalidateQueries({ queryKey: queryKeys.subjectRequests });
    await navigate({ to: '/admin/privacy/requests/$requestId', params: { requestId: made.request_id } });
  };
  return (
    <FormDialog
      title={t('receive')}
      text={t('receive_text')}
      button={t('receive')}
      ready={subject.trim() !== '' && lines.every((each) => each.length > 1) && received !== ''}
      run={receive}
      onClose={onClose}
    >
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Field label={t('kind')}>
          {(props) => (
            <Select
              {...props}
              value={kind}
              onChange={({ target }) => setKind(target.value as SubjectRequest['kind'])}
            >
              {requestKinds.map((each) => (
                <option key={each} value={each}>
                  {t(`kind_${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <TextField label={t('received_on')} type="date" max={today()} value={received} onText={setReceived} />
      </div>
      <TextField
        label={t('subject')}
        hint={t('subject_hint')}
        maxLength={200}
        value={subject}
        onText={setSubject}
      />
      <TextField label={t('contact')} maxLength={300} value={contact} onText={setContact} />
      <TextArea
        label={t('identifiers')}
        hint={t('identifiers_hint')}
        value={identifiers}
        onChange={setIdentifiers}
      />
      <TextArea label={t('note')} hint={t('note_hint')} rows={2} value={note} onChange={setNote} />
    </FormDialog>
  );
}
