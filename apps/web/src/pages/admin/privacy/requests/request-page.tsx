import type { SubjectRequest } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { Facts } from '../../../../components/facts.tsx';
import { useCrumbName } from '../../../../components/frame/crumbs.ts';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { Page, panelClass, Section } from '../../../../components/page.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { formatTime } from '../../../../lib/format.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { usePermission } from '../../../../lib/session.ts';
import { RequestErasure } from './request-erasure.tsx';
import { RequestSearch } from './request-search.tsx';
import { RequestStatus } from './request-status.tsx';
import { StepDialog, type StepKind, useStep } from './step-dialogs.tsx';

/** One request, from who asked to what became of it. */
export function RequestPage() {
  const { t } = useTranslation('privacy');
  const { requestId } = useParams({ from: '/frame/admin/privacy/requests/$requestId' });
  const mayChange = usePermission('privacy:write');
  const [step, setStep] = useState<StepKind | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.subjectRequest(requestId),
    queryFn: ({ signal }) => client.subjectRequests.get({ params: { id: requestId }, signal }),
  });
  const isOpen = data !== undefined && data.closed === null && mayChange;
  const kind = data === undefined ? null : t(`kind_${data.kind}`);
  const title =
    data === undefined || kind === null
      ? t('requests_title')
      : data.subject === null
        ? t('request_of_erased', { kind })
        : t('request_of', { kind, subject: data.subject });
  useCrumbName(kind);
  return (
    <Page wide title={title} actions={isOpen && <RequestActions request={data} onStep={setStep} />}>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && !error && <SkeletonRows rows={6} />}
      {data && (
        <div className="grid grid-cols-1 gap-8">
          <Section title={t('about')}>
            <RequestFacts request={data} onIdentify={isOpen ? () => setStep('identify') : null} />
          </Section>
          <Section
            title={t('notes')}
            actions={
              isOpen && (
                <Button size="small" onClick={() => setStep('note')}>
                  {t('add_note')}
                </Button>
              )
            }
          >
            {data.notes.length === 0 ? (
              <p className="text-ink-soft">{t('no_note')}</p>
            ) : (
              <ul className={`${panelClass} divide-y divide-line`}>
                {data.notes.map(({ at, by, text }) => (
                  <li key={at} className="px-4 py-3">
                    <p className="wrap-anywhere whitespace-pre-line">{text}</p>
                    <p className="text-small text-ink-faint">
                      {by.name}, {formatTime(at)}
                    </p>
                  </li>
                ))}
              </ul>
            )}
          </Section>
          {data.subject !== null && <RequestSearch request={data} mayChange={isOpen} />}
          {data.kind === 'erasure' && <RequestErasure request={data} mayChange={isOpen} />}
        </div>
      )}
      {step !== null && data && <StepDialog step={step} request={data} onClose={() => setStep(null)} />}
    </Page>
  );
}

function RequestActions({ request, onStep }: { request: SubjectRequest; onStep: (step: StepKind) => void }) {
  const { t } = useTranslation('privacy');
  const take = useStep(request.request_id);
  const mayExtend = request.extended === null && new Date(request.due_at).getTime() > Date.now();
  return (
    <>
      {request.handler === null && <Button onClick={() => void take({ step: 'take' })}>{t('take')}</Button>}
      {mayExtend && <Button onClick={() => onStep('extend')}>{t('extend')}</Button>}
      {request.identity === null ? (
        <Button look="primary" onClick={() => onStep('verify_identity')}>
          {t('verify')}
        </Button>
      ) : (
        <Button onClick={() => onStep('close')}>{t('close')}</Button>
      )}
      {request.identity === null && <Button onClick={() => onStep('close')}>{t('close')}</Button>}
    </>
  );
}

function RequestFacts({ request, onIdentify }: { request: SubjectRequest; onIdentify: (() => void) | null }) {
  const { t } = useTranslation('privacy');
  const { identity, extended, closed } = request;
  const facts: (readonly [string, ReactNode])[] = [
    [t('status'), <RequestStatus key="status" request={request} />],
    [t('article'), t('article_of', { article: request.article })],
    [t('received'), formatTime(request.received_at)],
    [
      t('due'),
      extended === null
        ? formatTime(request.due_at)
        : t('extended_until', { time: formatTime(extended.until), reason: extended.reason }),
    ],
    [
      t('identity'),
      identity === null
        ? t('not_verified')
        : identity.how === ''
          ? `${identity.by.name}, ${formatTime(identity.at)}`
          : t('verified_by', { how: identity.how, name: identity.by.name, time: formatTime(identity.at) }),
    ],
    [t('handler'), request.handler?.name ?? t('nobody')],
    ...(request.contact ? [[t('contact'), request.contact] as const] : []),
    ...(request.subject === null
      ? []
      : [
          [
            t('identifiers'),
            <span key="identifiers" className="flex flex-wrap items-center gap-2">
              {request.identifiers.length === 0 ? '–' : request.identifiers.join(' · ')}
              {onIdentify && (
                <Button size="small" onClick={onIdentify}>
                  {t('identify')}
                </Button>
              )}
            </span>,
          ] as const,
        ]),
    ...(closed === null
      ? []
      : [
          [
            t('outcome'),
            t('closed_by', {
              outcome: t(`status_${request.status}`),
              name: closed.by.name,
              time: formatTime(closed.at),
            }),
          ] as const,
          ...(closed.text === '' ? [] : [[t('told'), closed.text] as const]),
        ]),
  ];
  return <Facts facts={facts} />;
}
