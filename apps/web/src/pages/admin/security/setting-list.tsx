import type { SecuritySetting } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../../components/notice.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

const groups = ['sign_in', 'password', 'second_factor', 'session', 'lockout', 'rate_limit'] as const;

/** The rules of the way in that are in force, each with the setting that makes it. */
export function SettingList() {
  const { t } = useTranslation('security');
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.securitySettings,
    queryFn: ({ signal }) => client.threats.settings({ signal }),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={12} />;
  return (
    <div className="grid grid-cols-1 gap-8">
      <p className="max-w-prose text-ink-soft">{t('rules_text')}</p>
      {groups.map((group) => (
        <Section key={group} title={t(`group_${group}`)}>
          <dl className={`${panelClass} divide-y divide-line`}>
            {data.items
              .filter((setting) => setting.group === group)
              .map((setting) => (
                <div
                  key={setting.key}
                  className="grid grid-cols-1 gap-x-6 gap-y-1 px-4 py-2 sm:grid-cols-[1fr_auto]"
                >
                  <dt className="min-w-0">
                    {setting.about}
                    <code className="block font-mono text-small text-ink-faint wrap-anywhere">
                      {setting.key}
                    </code>
                  </dt>
                  <dd className="font-medium tabular-nums sm:text-end">
                    <SettingValue value={setting.value} />
                  </dd>
                </div>
              ))}
          </dl>
        </Section>
      ))}
    </div>
  );
}

function SettingValue({ value }: { value: SecuritySetting['value'] }) {
  const { t } = useTranslation('security');
  if (value === null || value === '')
    return <span className="font-normal text-ink-faint">{t('not_set')}</span>;
  if (typeof value === 'boolean') return <>{t(value ? 'set' : 'no')}</>;
  return <>{String(value)}</>;
}
