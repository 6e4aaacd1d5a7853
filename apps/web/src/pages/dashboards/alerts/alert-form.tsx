import type { AlertRule, BoardState, Tile } from '@stroma/contracts';
import { alertKinds } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EntryForm } from '../../../components/entry-form.tsx';
import { Field, Input, Select } from '../../../components/field.tsx';
import { client } from '../../../lib/client.ts';
import { useSession } from '../../../lib/session.ts';
import { type Delivering, DeliveryFields, deliveryOf } from '../schedules/delivery-fields.tsx';
import { ownTimeZone } from '../schedules/schedule-form.tsx';

const thresholds = ['above', 'below', 'outside', 'within'] as const;
const directions = ['up', 'down', 'either'] as const;

interface Typed {
  kind: AlertRule['kind'];
  is: (typeof thresholds)[number];
  value: string;
  upper: string;
  direction: (typeof directions)[number];
  percent: string;
  z: string;
}

function ruleOf({ kind, is, value, upper, direction, percent, z }: Typed): AlertRule {
  if (kind === 'anomaly') return { kind, z: Number(z), direction };
  if (kind === 'change') return { kind, direction, amount: Number(percent) / 100, relative: true };
  const isRange = is === 'outside' || is === 'within';
  return { kind, is, value: Number(value), ...(isRange && { upper: Number(upper) }) };
}

export function AlertForm({
  dashboardId,
  tiles,
  state,
  tileId,
  onMade,
  onCancel,
}: {
  dashboardId: string;
  tiles: readonly Tile[];
  state: BoardState;
  tileId: string | null;
  onMade: (secret: string | null) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation('leaving');
  const self = useSession()?.user.email ?? '';
  const possible = tiles.filter(({ query }) => query !== null);
  const [name, setName] = useState('');
  const [tile, setTile] = useState(tileId ?? possible[0]?.tile_id ?? '');
  const [typed, setTyped] = useState<Typed>({
    kind: 'threshold',
    is: 'above',
    value: '',
    upper: '',
    direction: 'either',
    percent: '20',
    z: '3.5',
  });
  const [quiet, setQuiet] = useState({ from: '', to: '' });
  const [coolDown, setCoolDown] = useState('60');
  const [delivering, setDelivering] = useState<Delivering>({ mail: self, webhook: '' });
  const set = (change: Partial<Typed>) => setTyped((before) => ({ ...before, ...change }));
  const make = useMutation({
    mutationFn: () =>
      client.dashboardAlerts.create({
        params: { id: dashboardId },
        body: {
          name,
          tile_id: tile,
          state,
          rule: ruleOf(typed),
          time_zone: ownTimeZone(),
          quiet_hours: quiet.from === '' || quiet.to === '' ? null : quiet,
          cool_down_minutes: Number(coolDown),
          deliver: { ...deliveryOf(delivering), event: true },
        },
      }),
    onSuccess: ({ webhook_secret }) => onMade(webhook_secret),
  });
  const number = (label: string, value: string, onChange: (value: string) => void, hint?: string) => (
    <Field label={label} {...(hint !== undefined && { hint })}>
      {(field) => (
        <Input
          {...field}
          type="number"
          step="any"
          required
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
  const clock = (label: string, value: string, onChange: (value: string) => void) => (
    <Field label={label}>
      {(field) => (
        <Input {...field} type="time" value={value} onChange={({ target }) => onChange(target.value)} />
      )}
    </Field>
  );
  return (
    <div className="grid gap-3 rounded-lg border border-line p-4">
      <EntryForm sending={make} ready={tile !== ''} button={t('make_alert')}>
        <Field label={t('name')}>
          {(field) => (
            <Input
              {...field}
              required
              autoFocus
              maxLength={120}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <Field label={t('tile')}>
          {(field) => (
            <Select {...field} value={tile} onChange={({ target }) => setTile(target.value)}>
              {possible.map(({ tile_id, title }) => (
                <option key={tile_id} value={tile_id}>
                  {title || t('untitled')}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <div className="grid gap-4 sm:grid-cols-3">
          <Field label={t('tell_when')}>
            {(field) => (
              <Select
                {...field}
                value={typed.kind}
                onChange={({ target }) => set({ kind: target.value as Typed['kind'] })}
              >
                {alertKinds.map((each) => (
                  <option key={each} value={each}>
                    {t(`rule_${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {typed.kind === 'threshold' ? (
            <>
              <Field label={t('is')}>
                {(field) => (
                  <Select
                    {...field}
                    value={typed.is}
                    onChange={({ target }) => set({ is: target.value as Typed['is'] })}
                  >
                    {thresholds.map((each) => (
                      <option key={each} value={each}>
                        {t(`is_${each}`)}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
              {number(t('value'), typed.value, (value) => set({ value }))}
              {(typed.is === 'outside' || typed.is === 'within') &&
                number(t('upper'), typed.upper, (upper) => set({ upper }))}
            </>
          ) : (
            <>
              <Field label={t('direction')}>
                {(field) => (
                  <Select
                    {...field}
                    value={typed.direction}
                    onChange={({ target }) => set({ direction: target.value as Typed['direction'] })}
                  >
                    {directions.map((each) => (
                      <option key={each} value={each}>
                        {t(`direction_${each}`)}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
              {typed.kind === 'change'
                ? number(t('percent'), typed.percent, (percent) => set({ percent }))
                : number(t('score'), typed.z, (z) => set({ z }), t('score_hint'))}
            </>
          )}
        </div>
        <div className="grid gap-4 sm:grid-cols-3">
          {clock(t('quiet_from'), quiet.from, (from) => setQuiet({ ...quiet, from }))}
          {clock(t('quiet_to'), quiet.to, (to) => setQuiet({ ...quiet, to }))}
          {number(t('cool_down'), coolDown, setCoolDown)}
        </div>
        <DeliveryFields value={delivering} onChange={setDelivering} />
      </EntryForm>
      <Button look="quiet" onClick={onCancel}>
        {t('cancel')}
      </Button>
    </div>
  );
}
