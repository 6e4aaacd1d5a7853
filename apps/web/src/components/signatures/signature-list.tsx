import type { Signature, SignatureMeaning, SignatureSubject } from '@stroma/contracts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { PenLine } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { client } from '../../lib/client.ts';
import { formatZoned } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { usePermission } from '../../lib/session.ts';
import { Badge } from '../badge.tsx';
import { ErrorNotice } from '../notice.tsx';
import { SignButton } from './sign-button.tsx';

type SignedObject = Pick<SignatureSubject['object'], 'kind' | 'id'>;

export const signatureSubjectQuery = (object: SignedObject) =>
  queryOptions({
    queryKey: queryKeys.signatures(object),
    queryFn: ({ signal }) => client.signatures.subject({ query: object, signal }),
  });

const tones = {
  valid: 'good',
  content_changed: 'warning',
  object_gone: 'plain',
  broken: 'critical',
} as const;

/**
 * The signatures under a record: name, meaning, time with zone, and whether each still holds. `signing` adds the way
 * to sign; without it nothing is shown where nobody has signed. `meaning` is what a signer is asked for first.
 */
export function SignatureList({
  object,
  signing = false,
  meaning,
}: {
  object: SignedObject;
  signing?: boolean;
  meaning?: SignatureMeaning;
}) {
  const { t } = useTranslation('signatures');
  const maySign = usePermission('signatures:sign');
  const { data, error, refetch } = useQuery(signatureSubjectQuery(object));
  if (error) return signing ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null;
  if (data === undefined || (data.signatures.length === 0 && !(signing && maySign))) return null;
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
      <ul aria-label={t('title')} className="grid min-w-0 gap-1">
        {data.signatures.map((signature) => (
          <SignatureLine key={signature.signature_id} signature={signature} />
        ))}
        {data.signatures.length === 0 && <li className="text-small text-ink-faint">{t('none')}</li>}
      </ul>
      {signing && maySign && <SignButton subject={data} {...(meaning && { meaning })} />}
    </div>
  );
}

function SignatureLine({ signature }: { signature: Signature }) {
  const { t } = useTranslation('signatures');
  const { meaning, signer, signed_at, time_zone, state, comment } = signature;
  return (
    <li className="flex flex-wrap items-center gap-x-2 gap-y-1 text-small" title={signature.rendering}>
      <PenLine size={14} aria-hidden className="shrink-0 text-accent" />
      <span className="font-medium">{t('line', { meaning: t(`word_${meaning}`), name: signer.name })}</span>
      <time dateTime={signed_at} className="text-ink-soft tabular-nums">
        {formatZoned(signed_at, time_zone)}
      </time>
      <Badge tone={tones[state]}>{t(`state_${state}`)}</Badge>
      {comment !== '' && <span className="text-ink-soft wrap-anywhere">{comment}</span>}
    </li>
  );
}
