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
  | 'imageWidth'
  | 'tunedLayers'
  | 'rank';
interface Limits {
  label:
    | 'layers'
    | 'width'
    | 'dropout'
    | 'epochs'
    | 'learning_rate'
    | 'channels'
    | 'image_height'
    | 'image_width'
    | 'tuned_layers'
    | 'adapter_rank';
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
  tunedLayers: { label: 'tuned_layers', min: 1, max: 14, free: true },
  rank: { label: 'adapter_rank', min: 1, max: 256, free: true },
};

interface Fields {
  way: Way;
  onChange: (change: Partial<Way>) => void;
}

/** The numbers a network is told; what may be left empty is as usual. */
export function NetworkFields(fields: Fields) {
  const { way } = fields;
  const shown: readonly NumberOf[] = [
    'layers',
    'width',
    'dropout',
    'epochs',
    'rate',
    ...(isSequence(way) || isImage(way) ? (['channels'] as const) : []),
    ...(isImage(way) ? (['imageHeight', 'imageWidth'] as const) : []),
  ];
  return <NumberFields {...fields} shown={shown} />;
}

/** Those of a network that is learned on from another. */
export function TuningFields(fields: Fields) {
  const { mode } = fields.way;
  const shown: readonly NumberOf[] = [
    ...(mode === 'all' ? [] : (['tunedLayers'] as const)),
    ...(mode === 'adapters' ? (['rank'] as const) : []),
    'epochs',
    'rate',
  ];
  return <NumberFields {...fields} shown={shown} />;
}

function NumberFields({ way, onChange, shown }: Fields & { shown: readonly NumberOf[] }) {
  const { t } = useTranslation('models');
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
