import {
  imageNetworks,
  type LearnerKind,
  type LearningPreset,
  learnerKinds,
  learningPresets,
  type NetworkKind,
  sequenceNetworks,
  tableNetworks,
} from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Field, Select } from '../../../components/field.tsx';
import { NetworkFields } from './network-fields.tsx';
import { SplitFields } from './split-fields.tsx';
import { TransferFields } from './transfer-fields.tsx';
import { type Way, wayKinds } from './way.ts';

const groups = [
  ['networks_table', tableNetworks],
  ['networks_sequence', sequenceNetworks],
  ['networks_image', imageNetworks],
] as const;

/** What is trained, with the few things each kind may be told. */
export function WayFields({
  way,
  columns,
  onChange,
}: {
  way: Way;
  /** That may be learned from. */
  columns: readonly string[];
  onChange: (change: Partial<Way>) => void;
}) {
  const { t } = useTranslation('models');
  return (
    <>
      <Field label={t('way')} hint={t(`way_${way.kind}_hint`)}>
        {(field) => (
          <Select
            {...field}
            value={way.kind}
            onChange={({ target }) => onChange({ kind: target.value as Way['kind'] })}
          >
            {wayKinds.map((each) => (
              <option key={each} value={each}>
                {t(`way_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {way.kind === 'automl' && (
        <Field label={t('preset')} hint={t(`preset_${way.preset}_hint`)}>
          {(field) => (
            <Select
              {...field}
              value={way.preset}
              onChange={({ target }) => onChange({ preset: target.value as LearningPreset })}
            >
              {learningPresets.map((each) => (
                <option key={each} value={each}>
                  {t(`preset_${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {way.kind === 'learner' && (
        <Field label={t('learner')}>
          {(field) => (
            <Select
              {...field}
              value={way.learner}
              onChange={({ target }) => onChange({ learner: target.value as LearnerKind })}
            >
              {learnerKinds.map((each) => (
                <option key={each} value={each}>
                  {t(`learner_${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {(way.kind === 'automl' || way.kind === 'learner') && (
        <SplitFields way={way} columns={columns} onChange={onChange} />
      )}
      {way.kind === 'transfer' && <TransferFields way={way} columns={columns} onChange={onChange} />}
      {way.kind === 'network' && (
        <>
          <Field label={t('network')}>
            {(field) => (
              <Select
                {...field}
                value={way.network}
                onChange={({ target }) => onChange({ network: target.value as NetworkKind })}
              >
                {groups.map(([label, kinds]) => (
                  <optgroup key={label} label={t(label)}>
                    {kinds.map((each) => (
                      <option key={each} value={each}>
                        {t(`network_${each}`)}
                      </option>
                    ))}
                  </optgroup>
                ))}
              </Select>
            )}
          </Field>
          <NetworkFields way={way} onChange={onChange} />
        </>
      )}
    </>
  );
}
