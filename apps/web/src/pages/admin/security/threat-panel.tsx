import type { Threat } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import i18next from 'i18next';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Facts } from '../../../components/facts.tsx';
import { Field, inputClass } from '../../../components/field.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatMoment, formatNumber } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import {
  ActionWords,
  placeName,
  ThreatSeverityMark,
  ThreatStatusMark,
  useThreatSentence,
} from './threat-marks.tsx';

/** One threat: what was seen, what was done, and how it ends. */
export function ThreatPanel({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const { t } = useTranslation('security');
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.threat(id ?? ''),
    queryFn: ({ signal }) => client.threats.get({ params: { id: id ?? '' }, signal }),
    enabled: id !== undefined,
  });
  return (
    <Dialog open={id !== undefined} onOpenChange={(open) => open || onClose()}>
      <DialogContent side title={data === undefined ? t('threat') : t(`kind_${data.kind}`)}>
        {error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows rows={8} />
        ) : (
          <ThreatFacts threat={data} />
        )}
      </DialogContent>
    </Dialog>
  );
}

const code = (text: string): ReactNode => <code className="font-mono text-small wrap-anywhere">{text}</code>;

function ThreatFacts({ threat }: { threat: Threat }) {
  const { t } = useTranslation('security');
  const sentence = useThreatSentence();
  const mayHandle = usePermission('security:write');
  const mayReadAudit = usePermission('audit:read');
  const { actor, address, credential_id, handled_by, handled_at, note } = threat;
  return (
    <div className="grid grid-cols-1 gap-6">
      <div>
        <p className="flex flex-wrap items-center gap-3">
          <ThreatSeverityMark severity={threat.severity} />
          <ThreatStatusMark threat={threat} />
        </p>
        <p className="mt-2 wrap-anywhere">{sentence(threat)}</p>
        <p className="mt-1 max-w-prose text-small text-ink-soft">{t(`about_${threat.kind}`)}</p>
      </div>
      {mayHandle && threat.status !== 'resolved' && <Handling threat={threat} />}
      <Section title={t('done')}>
        <Notice tone="plain">
          <ActionWords actions={threat.actions} />
          <p className="mt-1 text-small">{t('asked_for', { response: t(`response_${threat.response}`) })}</p>
        </Notice>
      </Section>
      <Section title={t('evidence')}>
        <Facts
          facts={[
            ...(actor === null
              ? []
              : [
                  [
                    t('who'),
                    <span key="who">
                      {actor.name} {code(actor.id)}
                    </span>,
                  ] as const,
                ]),
            ...(address === null ? [] : [[t('address'), code(address)] as const]),
            ...(credential_id === null ? [] : [[t('credential'), code(credential_id)] as const]),
            [
              t('first_seen'),
              <time key="f" dateTime={threat.first_at}>
                {formatMoment(threat.first_at)}
              </time>,
            ],
            [
              t('last_seen'),
              <time key="l" dateTime={threat.last_at}>
                {`${formatMoment(threat.last_at)} · ${t('times', { count: threat.occurrences })}`}
              </time>,
            ],
            ...inOrder(threat.evidence).map(
              ([name, value]) =>
                [
                  t(`evidence_${name as 'score'}`, { defaultValue: name }),
                  evidenceOf(name, value, t),
                ] as const,
            ),
            [t('rule'), code(threat.rule)],
          ]}
        />
      </Section>
      {actor !== null && mayReadAudit && (
        <Link
          to="/admin/audit"
          search={{ actor: actor.id }}
          className={buttonClass({}, 'justify-self-start')}
        >
          {t('in_audit')}
        </Link>
      )}
      {handled_by !== null && handled_at !== null && (
        <Section title={t('handled')}>
          <Facts
            facts={[
              [t('handled_by'), handled_by.name],
              [t('handled_at'), formatMoment(handled_at)],
              ...(note === null ? [] : [[t('note'), note] as const]),
            ]}
          />
        </Section>
      )}
    </div>
  );
}

/** As the words for them stand in the texts: the store does not keep an order. */
function inOrder(evidence: Threat['evidence']): [string, Threat['evidence'][string]][] {
  const names = Object.keys(i18next.getResourceBundle('en', 'security') as object);
  const place = (name: string) => names.indexOf(`evidence_${name}`);
  return Object.entries(evidence).sort(([a], [b]) => place(a) - place(b));
}

function evidenceOf(
  name: string,
  value: Threat['evidence'][string],
  t: (key: 'yes' | 'no') => string,
): ReactNode {
  if ((name === 'from' || name === 'to') && typeof value === 'string') return placeName(value);
  if (value === null) return '–';
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
  if (typeof value === 'number') return <span className="tabular-nums">{formatNumber(value, 6)}</span>;
  if (Array.isArray(value))
    return value.length === 0 ? (
      '–'
    ) : (
      <ul className="text-end">
        {value.map((each) => (
          <li key={each}>{code(each)}</li>
        ))}
      </ul>
    );
  return /^\d{4}-\d\d-\d\dT/.test(value) ? formatMoment(value) : code(value);
}

/** Acknowledge, or say how it ended. */
function Handling({ threat }: { threat: Threat }) {
  const { t } = useTranslation('security');
  const queries = useQueryClient();
  const [verdict, setVerdict] = useState<'true_positive' | 'false_positive'>('true_positive');
  const [note, setNote] = useState('');
  const [unblock, setUnblock] = useState(false);
  const params = { id: threat.threat_id };
  const isBlocked = threat.actions.some(
    (action) => action.endsWith('_blocked') || action === 'step_up_required',
  );
  const done = (handled: Threat) => {
    queries.setQueryData(queryKeys.threat(threat.threat_id), handled);
    return queries.invalidateQueries({ queryKey: queryKeys.threats });
  };
  const acknowledge = useMutation({
    mutationFn: () => client.threats.acknowledge({ params, body: {} }),
    onSuccess: done,
  });
  const resolve = useMutation({
    mutationFn: () => client.threats.resolve({ params, body: { verdict, note: note.trim(), unblock } }),
    onSuccess: done,
  });
  const failure = acknowledge.error ?? resolve.error;
  return (
    <form
      className="grid grid-cols-1 gap-4 rounded-lg border border-line p-4"
      onSubmit={(event) => {
        event.preventDefault();
        resolve.mutate();
      }}
    >
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Segmented
          label={t('verdict')}
          value={verdict}
          options={(['true_positive', 'false_positive'] as const).map((value) => ({
            value,
            label: t(`verdict_${value}`),
          }))}
          onChange={(next) => {
            setVerdict(next);
            setUnblock(next === 'false_positive' && isBlocked);
          }}
        />
        {threat.status === 'open' && (
          <Button disabled={acknowledge.isPending} onClick={() => acknowledge.mutate()}>
            {t('acknowledge')}
          </Button>
        )}
      </div>
      <Field label={t('note')} hint={t('note_hint')}>
        {(field) => (
          <textarea
            {...field}
            rows={2}
            maxLength={2000}
            value={note}
            onChange={({ target }) => setNote(target.value)}
            className={`${inputClass} h-auto py-1.5`}
          />
        )}
      </Field>
      {isBlocked && (
        <label className="flex items-center gap-2">
          <input type="checkbox" checked={unblock} onChange={({ target }) => setUnblock(target.checked)} />
          {t('unblock_too')}
        </label>
      )}
      {failure && <ErrorNotice error={failure} />}
      <div className="flex justify-end">
        <Button type="submit" look="primary" disabled={note.trim() === '' || resolve.isPending}>
          {t('resolve')}
        </Button>
      </div>
    </form>
  );
}
