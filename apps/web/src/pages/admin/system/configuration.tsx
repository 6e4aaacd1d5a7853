import type { SystemInformation } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Input } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

/** Every setting in force, and where its value came from. */
export function Configuration() {
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.system,
    queryFn: ({ signal }) => client.system.information({ signal }),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={8} />;
  return <SettingTable settings={data.settings ?? []} />;
}

function SettingTable({ settings }: { settings: NonNullable<SystemInformation['settings']> }) {
  const { t } = useTranslation('system');
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found = settings.filter(({ key, meaning }) => `${key} ${meaning}`.toLowerCase().includes(wanted));
  return (
    <Section
      title={t('configuration')}
      note={t('configuration_intro')}
      actions={
        <div className="w-56">
          <Input
            type="search"
            aria-label={t('find')}
            placeholder={t('find')}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
      }
    >
      <section
        aria-label={t('configuration')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
        tabIndex={0}
        className={`${panelClass} overflow-x-auto`}
      >
        <table className="w-full">
          <caption className="sr-only">{t('configuration')}</caption>
          <thead className="border-b border-line bg-sunken text-start text-small text-ink-soft">
            <tr>
              <th scope="col" className="h-9 px-4 text-start font-medium">
                {t('column_key')}
              </th>
              <th scope="col" className="px-4 text-start font-medium">
                {t('column_value')}
              </th>
              <th scope="col" className="w-32 px-4 text-start font-medium">
                {t('column_source')}
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {found.map(({ key, meaning, value, default_value, source }) => (
              <tr key={key} className="align-top">
                <td className="px-4 py-2">
                  <code className="font-mono text-small wrap-anywhere">{key}</code>
                  <p className="text-small text-ink-faint">{meaning}</p>
                </td>
                <td className="px-4 py-2">
                  <code className="font-mono text-small wrap-anywhere">{value}</code>
                  {source !== 'default' && default_value !== '' && (
                    <p className="text-small text-ink-faint wrap-anywhere">
                      {t('default_was', { value: default_value })}
                    </p>
                  )}
                </td>
                <td className="px-4 py-2">
                  <Badge tone={source === 'default' ? 'plain' : 'accent'}>{t(`source_${source}`)}</Badge>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {found.length === 0 && <p className="p-4 text-ink-soft">{t('none')}</p>}
      </section>
    </Section>
  );
}
