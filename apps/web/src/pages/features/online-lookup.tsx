import type { FeatureView, OnlineFeatures } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, CircleDashed, Search } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { cellClass, numberClass, PlainTable } from '../../components/plain-table.tsx';
import { cellText } from '../../lib/cell.ts';
import { client } from '../../lib/client.ts';
import { formatDuration, formatNumber, formatPeriod, formatTime } from '../../lib/format.ts';

const looks = {
  fresh: { tone: 'good', icon: CircleCheck },
  stale: { tone: 'warning', icon: CircleAlert },
  missing: { tone: 'plain', icon: CircleDashed },
} as const;

/** The newest values of one entity, as whatever runs gets them. */
export function OnlineLookup({ view }: { view: FeatureView }) {
  const { t } = useTranslation('features');
  const [keys, setKeys] = useState<Record<string, string>>({});
  const ask = useMutation({
    mutationFn: () =>
      client.features.online({
        body: {
          views: [{ view_id: view.view_id }],
          entities: [Object.fromEntries(view.entity.keys.map((key) => [key, keys[key] ?? '']))],
        },
      }),
  });
  return (
    <div className="grid grid-cols-1 gap-6">
      <p className="max-w-prose text-ink-soft">{t('online_intro')}</p>
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate();
        }}
      >
        {view.entity.keys.map((key) => (
          <div key={key} className="w-56 max-w-full">
            <Field label={key}>
              {(props) => (
                <Input
                  {...props}
                  required
                  maxLength={500}
                  autoComplete="off"
                  value={keys[key] ?? ''}
                  onChange={({ target }) => setKeys((now) => ({ ...now, [key]: target.value }))}
                />
              )}
            </Field>
          </div>
        ))}
        <Button type="submit" disabled={ask.isPending || !view.sees_all}>
          <Search size={16} aria-hidden />
          {t('look_up')}
        </Button>
      </form>
      {ask.error && <ErrorNotice error={ask.error} />}
      {ask.data && <Values view={view} answer={ask.data} />}
    </div>
  );
}

function Values({ view, answer }: { view: FeatureView; answer: OnlineFeatures }) {
  const { t } = useTranslation('features');
  return (
    <PlainTable
      label={t('tab_online')}
      headings={[
        { label: t('feature'), className: `${cellClass} text-start` },
        { label: t('value'), className: numberClass },
        { label: t('state'), className: `${cellClass} text-start` },
        { label: t('event_time'), className: `${cellClass} text-start max-sm:hidden` },
        { label: t('age'), className: `${numberClass} max-sm:hidden` },
      ]}
    >
      {answer.items.flatMap(({ values }) =>
        values.map(({ feature, value, state, event_time, age_seconds }) => {
          const { tone, icon: Icon } = looks[state];
          const unit = view.features.find(({ name }) => name === feature)?.unit;
          const text = typeof value === 'number' ? formatNumber(value, 6) : cellText(value);
          return (
            <tr key={feature}>
              <td className={`${cellClass} font-mono wrap-anywhere`}>{feature}</td>
              <td className={numberClass}>
                {text ?? t('nothing')}
                {text !== null && unit && <span className="text-ink-faint"> {unit}</span>}
              </td>
              <td className={cellClass}>
                <Badge tone={tone}>
                  <Icon size={12} aria-hidden />
                  {t(`state_${state}`)}
                </Badge>
              </td>
              <td className={`${cellClass} max-sm:hidden`}>
                {event_time === null ? t('nothing') : formatTime(event_time)}
              </td>
              <td className={`${numberClass} max-sm:hidden`}>
                {age_seconds === null ? t('nothing') : age(age_seconds)}
              </td>
            </tr>
          );
        }),
      )}
    </PlainTable>
  );
}

const day = 86_400;

const age = (seconds: number): string =>
  seconds < 2 * day ? formatDuration(seconds * 1000) : formatPeriod(Math.floor(seconds / day));
