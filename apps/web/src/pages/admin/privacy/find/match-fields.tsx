import type { PersonMatch } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Field, Select } from '../../../../components/field.tsx';

const matches = ['exact', 'normalised', 'within'] as const satisfies PersonMatch[];
const wheres = ['personal', 'all'] as const;

export interface Manner {
  match: PersonMatch;
  columns: 'personal' | 'all';
}

/** How, and in which columns, a person is looked for. */
export function MatchFields({ manner, onChange }: { manner: Manner; onChange: (manner: Manner) => void }) {
  const { t } = useTranslation('privacy');
  return (
    <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
      <Field label={t('match')}>
        {(props) => (
          <Select
            {...props}
            value={manner.match}
            onChange={({ target }) => onChange({ ...manner, match: target.value as PersonMatch })}
          >
            {matches.map((each) => (
              <option key={each} value={each}>
                {t(`match_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t('where')}>
        {(props) => (
          <Select
            {...props}
            value={manner.columns}
            onChange={({ target }) => onChange({ ...manner, columns: target.value as Manner['columns'] })}
          >
            {wheres.map((each) => (
              <option key={each} value={each}>
                {t(`columns_${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </div>
  );
}
