import type { SubjectRequest, SubjectRequestStep } from '@stroma/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, Select } from '../../../../components/field.tsx';
import { client } from '../../../../lib/client.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { FormDialog, linesOf, TextArea } from '../form-dialog.tsx';

export type StepKind = Exclude<SubjectRequestStep['step'], 'take'>;
const outcomes = ['done', 'refused', 'withdrawn'] as const;

/** Takes one step with a request, and has everything that shows it read again. */
export function useStep(requestId: string): (step: SubjectRequestStep) => Promise<void> {
  const queries = useQueryClient();
  return async (step) => {
    const changed = await client.subjectRequests.step({ params: { id: requestId }, body: step });
    queries.setQueryData(queryKeys.subjectRequest(requestId), changed);
    await queries.invalidateQueries({ queryKey: queryKeys.subjectRequests });
  };
}

export function StepDialog({
  step,
  request,
  onClose,
}: {
  step: StepKind;
  request: SubjectRequest;
  onClose: () => void;
}) {
  switch (step) {
    case 'verify_identity':
      return <WordsDialog step={step} request={request} onClose={onClose} />;
    case 'note':
      return <WordsDialog step={step} request={request} onClose={onClose} />;
    case 'identify':
      return <IdentifyDialog request={request} onClose={onClose} />;
    case 'extend':
      return <ExtendDialog request={request} onClose={onClose} />;
    case 'close':
      return <CloseDialog request={request} onClose={onClose} />;
  }
}

interface Props {
  request: SubjectRequest;
  onClose: () => void;
}

function WordsDialog({ step, request, onClose }: Props & { step: 'verify_identity' | 'note' }) {
  const { t } = useTranslation('privacy');
  const take = useStep(request.request_id);
  const [text, setText] = useState('');
  const words = text.trim();
  const isNote = step === 'note';
  return (
    <FormDialog
      title={t(isNote ? 'add_note' : 'verify')}
      text={t(isNote ? 'note_hint' : 'verify_text')}
      button={t('save')}
      ready={words.length > 2}
      run={() => take(isNote ? { step, text: words } : { step, how: words })}
      onClose={onClose}
    >
      <TextArea label={t(isNote ? 'note' : 'how')} value={text} onChange={setText} />
    </FormDialog>
  );
}

function IdentifyDialog({ request, onClose }: Props) {
  const { t } = useTranslation('privacy');
  const take = useStep(request.request_id);
  const [text, setText] = useState(request.identifiers.join('\n'));
  const identifiers = linesOf(text);
  return (
    <FormDialog
      title={t('identifiers')}
      button={t('save')}
      ready={identifiers.length > 0 && identifiers.every((each) => each.length > 1)}
      run={() => take({ step: 'identify', identifiers })}
      onClose={onClose}
    >
      <TextArea
        label={t('identifiers')}
        hint={t('identifiers_hint')}
        rows={5}
        value={text}
        onChange={setText}
      />
    </FormDialog>
  );
}

function ExtendDialog({ request, onClose }: Props) {
  const { t } = useTranslation('privacy');
  const take = useStep(request.request_id);
  const [months, setMonths] = useState(1);
  const [reason, setReason] = useState('');
  return (
    <FormDialog
      title={t('extend')}
      text={t('extend_text')}
      button={t('extend')}
      ready={reason.trim().length > 9}
      run={() => take({ step: 'extend', months, reason: reason.trim() })}
      onClose={onClose}
    >
      <Field label={t('months')}>
        {(props) => (
          <Select {...props} value={months} onChange={({ target }) => setMonths(Number(target.value))}>
            <option value={1}>1</option>
            <option value={2}>2</option>
          </Select>
        )}
      </Field>
      <TextArea label={t('reason')} value={reason} onChange={setReason} />
    </FormDialog>
  );
}

function CloseDialog({ request, onClose }: Props) {
  const { t } = useTranslation('privacy');
  const take = useStep(request.request_id);
  const [outcome, setOutcome] = useState<(typeof outcomes)[number]>('done');
  const [text, setText] = useState('');
  const shreds = request.kind === 'erasure' && outcome === 'done';
  return (
    <FormDialog
      title={t('close')}
      text={shreds ? `${t('close_text')} ${t('close_erasure')}` : t('close_text')}
      button={t('close')}
      ready={outcome !== 'refused' || text.trim().length > 9}
      run={() => take({ step: 'close', outcome, text: text.trim() })}
      onClose={onClose}
    >
      <Field label={t('outcome')}>
        {(props) => (
          <Select
            {...props}
            value={outcome}
            onChange={({ target }) => setOutcome(target.value as (typeof outcomes)[number])}
          >
            {outcomes.map((each) => (
              <option key={each} value={each}>
                {t(`status_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <TextArea label={t('told')} value={text} onChange={setText} />
    </FormDialog>
  );
}
