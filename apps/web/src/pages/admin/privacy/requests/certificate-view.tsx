import type { ErasureCertificate } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { FileDown, FileJson } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';
import { Button, buttonClass } from '../../../../components/button.tsx';
import { Facts } from '../../../../components/facts.tsx';
import { ErrorNotice, Notice } from '../../../../components/notice.tsx';
import { panelClass } from '../../../../components/page.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { formatCount, formatTime } from '../../../../lib/format.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { saveFile } from '../../../../lib/table-export.ts';

const cell = 'px-2 py-2 text-start align-top sm:px-4';
const number = 'px-2 py-2 text-end align-top tabular-nums sm:px-4';

/** What was erased and what was kept, as it was signed. */
export function CertificateView({ erasureId }: { erasureId: string }) {
  const { t } = useTranslation('privacy');
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.certificate(erasureId),
    queryFn: ({ signal }) => client.erasures.certificate({ params: { id: erasureId }, signal }),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={5} />;
  const { certificate } = data;
  const { verification, kept } = certificate;
  return (
    <div className="grid grid-cols-1 gap-4">
      <Notice
        tone={verification.complete ? 'info' : 'critical'}
        title={t(verification.complete ? 'certificate_complete' : 'certificate_incomplete')}
        action={
          <div className="flex flex-wrap gap-2">
            <Button size="small" onClick={() => save(data)}>
              <FileJson size={14} aria-hidden />
              {t('as_json')}
            </Button>
            <a
              className={buttonClass({ size: 'small' })}
              href={client.erasures.print.url({ params: { id: erasureId } })}
              download
            >
              <FileDown size={14} aria-hidden />
              {t('print')}
            </a>
          </div>
        }
      >
        {verification.remains.join(', ')}
      </Notice>
      <Facts facts={factsOf(data, t)} />
      {kept.length > 0 && (
        <div className={`${panelClass} overflow-x-auto`}>
          <table className="w-full border-collapse">
            <caption className="px-4 py-2 text-start font-medium">{t('kept')}</caption>
            <thead>
              <tr className="border-y border-line text-small text-ink-soft">
                <th className={cell}>{t('what')}</th>
                <th className={number}>{t('count')}</th>
                <th className={cell}>{t('why')}</th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {kept.map(({ what, count, ground }) => (
                <tr key={`${what} ${ground}`}>
                  <td className={cell}>{what}</td>
                  <td className={number}>{formatCount(count)}</td>
                  <td className={`${cell} text-ink-soft`}>{t(`ground_${ground}`)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function factsOf(
  { certificate, sha256, key_id, signature_valid }: ErasureCertificate,
  t: ReturnType<typeof useTranslation<'privacy'>>['t'],
) {
  const { versions, objects, records, consents, accounts, invitations, mail } = certificate;
  const sum = (numbers: number[]) => formatCount(numbers.reduce((total, each) => total + each, 0));
  const keys = objects.filter(({ key_destroyed }) => key_destroyed).length;
  return [
    [t('executed'), `${formatTime(certificate.finished_at)}, ${certificate.executed_by.name}`],
    [t('versions_erased'), formatCount(versions.length)],
    [t('rows_erased'), sum(versions.map(({ rows_erased }) => rows_erased))],
    [t('objects_erased'), `${formatCount(objects.length)} · ${t('with_key', { count: keys })}`],
    [t('records_erased'), sum(records.map(({ rows }) => rows))],
    [t('accounts'), formatCount(accounts)],
    [t('consents_count'), formatCount(consents)],
    [t('invitations'), formatCount(invitations)],
    [t('mail'), formatCount(mail)],
    ['SHA-256', <code key="hash">{sha256}</code>],
    [
      'Ed25519',
      <span key="signature" className="flex flex-wrap items-center gap-2">
        <code>{key_id}</code>
        <Badge tone={signature_valid ? 'good' : 'critical'}>
          {t(signature_valid ? 'certificate_valid' : 'certificate_broken')}
        </Badge>
      </span>,
    ],
  ] as const;
}

function save(certificate: ErasureCertificate): void {
  const name = `${certificate.certificate.erasure_id}.json`;
  saveFile(name, JSON.stringify(certificate, null, 2), 'application/json');
}
