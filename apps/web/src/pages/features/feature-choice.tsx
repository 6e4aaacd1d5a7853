import type { FeatureView } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';

/** Features that are left out, by view. */
export type Leaving = Readonly<Record<string, readonly string[]>>;

/** Which views are joined, and which of their features. */
export function FeatureChoice({
  views,
  taken,
  left,
  onTaken,
  onLeft,
}: {
  views: readonly FeatureView[];
  taken: readonly string[];
  left: Leaving;
  onTaken: (taken: readonly string[]) => void;
  onLeft: (left: Leaving) => void;
}) {
  const { t } = useTranslation('features');
  const toggle = (list: readonly string[], one: string) =>
    list.includes(one) ? list.filter((each) => each !== one) : [...list, one];
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 font-medium">{t('features')}</legend>
      {views.map((view) => {
        const isTaken = taken.includes(view.view_id);
        return (
          <div key={view.view_id} className="rounded-md border border-line px-3 py-2">
            <label className="flex items-center gap-2">
              <input
                type="checkbox"
                checked={isTaken}
                onChange={() => onTaken(toggle(taken, view.view_id))}
                className="size-4 accent-(--accent-fill)"
              />
              <span className="font-mono wrap-anywhere">{view.name}</span>
              <span className="text-small text-ink-faint">{view.entity.name}</span>
            </label>
            {isTaken && (
              <div className="mt-2 ms-6 flex flex-wrap gap-x-4 gap-y-1">
                {view.features.map(({ name }) => (
                  <label key={name} className="flex items-center gap-2 font-mono text-small">
                    <input
                      type="checkbox"
                      checked={!left[view.view_id]?.includes(name)}
                      onChange={() =>
                        onLeft({ ...left, [view.view_id]: toggle(left[view.view_id] ?? [], name) })
                      }
                      className="size-4 accent-(--accent-fill)"
                    />
                    {name}
                  </label>
                ))}
              </div>
            )}
          </div>
        );
      })}
    </fieldset>
  );
}
