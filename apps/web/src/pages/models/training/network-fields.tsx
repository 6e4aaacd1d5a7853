import { useTranslation } from 'react-i18next';
import { Field, Input } from '../../../components/field.tsx';
import { isImage, isSequence, type Way } from './way.ts';

type NumberOf =
  | 'layers'
  | 'width'
  | 'dropout'
  | 'epochs'
  | 'rate'
  | 'channels'
  | 'imageHeight'
  | 'imageWidth';
interface Limits {
  label:
    | 'layers'
    | 'width'
    | 'dropout'
    | 'epochs'
    | 'learning_rate'
    | 'channels'
    | 'image_height'
    | 'image_width';
  min: number;
  max: number;
  step?: number | 'any';
  /** May be left empty: as usual for the kind. */
  free?: true;
}

const limits: Readonly<Record<NumberOf, Limits>> = {
  layers: { label: 'layers', min: 1, max: 12, free: true },
  width: { label: 'width', min: 2, max: 1024, free: true },
  dropout: { label: 'dropout', min: 0, max: 0.9, step: 'any', free: true },
  epochs: { label: 'epochs', min: 1, max: 5000 },
  rate: { label: 'learning_rate', min: 0.000001, max: 1, step: 'any' },
  channels: { label: 'channels', min: 1, max: 1024 },
  imageHeight: { label: 'image_height', min: 1, max: 1024 },
  imageWidth: { label: 'image_width', min: 1, max: 1024 },
};

/** The numbers a network is told; what may be left empty is as usual. */
export function NetworkFields({ way, onChange }: { way: Way; onChange: (change: Partial<Way>) => void }) {
  const { t } = useTranslation('models');
  const shown: readonly NumberOf[] = [
    'layers',
    'width',
    'dropout',
    'epochs',
    'rate',
    ...(isSequence(way) || isImage(way) ? (['channels'] as const) : []),
    ...(isImage(way) ? (['imageHeight', 'imageWidth'] as const) : []),
  ];
  return (
    <div className="grid grid-cols-2 items-end gap-3">
      {shown.map((name) => {
        const { label, min, max, step = 1, free = false } = limits[name];
        const value = way[name];
        return (
          <Field key={name} label={t(label)}>
            {(field) => (
              <Input
                {...field}
                type="number"
                min={min}
                max={max}
                step={step}
                required={!free}
                placeholder={free ? t('as_usual') : undefined}
                value={value === null || Number.isNaN(value) ? '' : value}
                onChange={({ target }) =>
                  onChange({
                    [name]: free && target.value === '' ? null : target.valueAsNumber,
                  })
                }
              />
            )}
          </Field>
        );
      })}
    </div>
  );
}
