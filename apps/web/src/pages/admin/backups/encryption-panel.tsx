import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Facts } from '../../../components/facts.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatCount } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { useFollowedJob } from './followed-job.ts';

/** Who holds the keys, how many there are, and a new one in use. */
export function EncryptionPanel() {
  const { t } = useTranslation('backups');
  const { t: common } = useTranslation();
  const queries = useQueryClient();
  const mayRotate = usePermission('encryption:write');
  const [asking, setAsking] = useState(false);
  const refresh = () => void queries.invalidateQueries({ queryKey: queryKeys.encryption });
  const job = useFollowedJob(refresh);
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.encryption,
    queryFn: ({ signal }) => client.encryption.state({ signal }),
  });
  return (
    <Section
      title={t('keys')}
      actions={
        mayRotate && (
          <Button size="small" disabled={job.running} onClick={() => setAsking(true)}>
            {job.running ? t('rotating') : t('rotate')}
          </Button>
        )
      }
    >
      {job.error !== null && <ErrorNotice error={job.error} />}
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={4} />
      ) : (
        <Facts
          facts={[
            [t('provider'), t(`provider_${data.provider}`)],
            [t('key'), <code key="key">{data.key_id}</code>],
            [t('data_keys'), formatCount(data.data_keys)],
            [t('to_rewrap'), formatCount(data.to_rewrap)],
            [t('destroyed'), formatCount(data.destroyed)],
            [t('files'), data.objects_encrypted ? t('files_encrypted') : t('files_plain')],
          ]}
        />
      )}
      <Dialog open={asking} onOpenChange={setAsking}>
        <DialogContent title={t('rotate_title')} description={t('rotate_text')}>
          <div className="flex justify-end gap-2">
            <Button onClick={() => setAsking(false)}>{common('cancel')}</Button>
            <Button
              look="primary"
              onClick={() => {
                setAsking(false);
                void job.follow(client.encryption.rotate({})).then(refresh);
              }}
            >
              {t('rotate')}
            </Button>
          </div>
        </DialogContent>
      </Dialog>
    </Section>
  );
}
