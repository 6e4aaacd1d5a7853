import {
  type Hazard,
  type Model,
  type ModelRecordSummary,
  type ModelVersion,
  type RiskClassification,
  type RiskRecord,
  type RiskStatements,
  riskQuestionNames,
  riskQuestions,
} from '@stroma/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../../components/dialog.tsx';
import { Field, inputClass } from '../../../../components/field.tsx';
import { FormEnd } from '../../../../components/form-end.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { Section } from '../../../../components/page.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { ClassificationFields } from './classification-fields.tsx';
import { recordQuery } from './governance-queries.ts';
import { HazardFields, newHazard } from './hazard-fields.tsx';

const nothing: RiskStatements = {
  classification: {
    scope: null,
    prohibited: null,
    safety_component: null,
    annex_iii: null,
    exceptions: [],
    profiles_persons: null,
    transparency: null,
    reasons: '',
  },
  answers: {},
  hazards: [],
};

interface PanelProps {
  model: Model;
  version: ModelVersion;
  newest: ModelRecordSummary | null;
  onClose: () => void;
  onMade: (record: ModelRecordSummary) => Promise<unknown>;
}

/** What only persons can say of a model, beginning with what the record before says. */
export function RiskPanel(props: PanelProps) {
  const { t } = useTranslation('governance');
  const { model, version, newest, onClose } = props;
  const { data, error, refetch } = useQuery({
    ...recordQuery(model.model_id, newest?.record_id ?? ''),
    enabled: newest !== null,
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        side
        title={t('make_risk')}
        description={t('make_risk_text', { number: version.number })}
      >
        {error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : newest !== null && data === undefined ? (
          <SkeletonRows rows={8} />
        ) : (
          <RiskForm {...props} before={data?.document.kind === 'risk_record' ? data.document : null} />
        )}
      </DialogContent>
    </Dialog>
  );
}

const hazardOf = ({ level: _, residual_level: __, ...hazard }: RiskRecord['hazards'][number]): Hazard =>
  hazard;

function RiskForm({ model, version, before, onClose, onMade }: PanelProps & { before: RiskRecord | null }) {
  const { t } = useTranslation('governance');
  const [said, setSaid] = useState<RiskStatements>(
    before === null
      ? nothing
      : {
          classification: before.classification,
          answers: before.answers,
          hazards: before.hazards.map(hazardOf),
        },
  );
  const [comment, setComment] = useState('');
  const make = useMutation({
    mutationFn: () =>
      client.modelGovernance.makeRiskRecord({
        params: { id: model.model_id, number: version.number },
        body: { ...said, comment },
      }),
    onSuccess: onMade,
  });
  const classify = (classification: RiskClassification) => setSaid((now) => ({ ...now, classification }));
  const setHazards = (hazards: Hazard[]) => setSaid((now) => ({ ...now, hazards }));
  return (
    <form
      className="grid grid-cols-1 gap-8"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <Section title={t('classification')}>
        <ClassificationFields said={said.classification} onChange={classify} />
      </Section>
      <Section title={t('statements')} note={t('statements_note')}>
        <div className="grid grid-cols-1 gap-4">
          {riskQuestionNames.map((name) => (
            <Field
              key={name}
              label={t(`q_${name}`)}
              hint={t('annex_iv', { clause: riskQuestions[name].clause })}
            >
              {(field) => (
                <textarea
                  {...field}
                  rows={2}
                  maxLength={20_000}
                  value={said.answers[name] ?? ''}
                  onChange={({ target }) =>
                    setSaid((now) => ({ ...now, answers: { ...now.answers, [name]: target.value } }))
                  }
                  className={`${inputClass} h-auto py-1.5`}
                />
              )}
            </Field>
          ))}
        </div>
      </Section>
      <Section title={t('hazards')} note={t('hazards_note')}>
        <div className="grid grid-cols-1 gap-4">
          {said.hazards.map((hazard, at) => (
            <HazardFields
              // biome-ignore lint/suspicious/noArrayIndexKey: hazards have no name of their own and keep their order
              key={at}
              at={at}
              hazard={hazard}
              onChange={(next) => setHazards(said.hazards.with(at, next))}
              onRemove={() => setHazards(said.hazards.toSpliced(at, 1))}
            />
          ))}
          <Button
            size="small"
            look="quiet"
            className="justify-self-start"
            onClick={() => setHazards([...said.hazards, newHazard])}
          >
            <Plus size={14} aria-hidden />
            {t('add_hazard')}
          </Button>
        </div>
      </Section>
      <Field label={t('comment')} hint={t('comment_hint')}>
        {(field) => (
          <input
            {...field}
            value={comment}
            maxLength={2000}
            onChange={({ target }) => setComment(target.value)}
            className={inputClass}
          />
        )}
      </Field>
      <FormEnd error={make.error} button={t('make')} disabled={make.isPending} onCancel={onClose} />
    </form>
  );
}
