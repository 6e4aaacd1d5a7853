import type { DatasetRule, Sensitivity } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { Eye } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Field, Input, Select } from '../../../components/field.tsx';
import { ResultTable } from '../../../components/grid/result-table.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Section } from '../../../components/page.tsx';
import type { Row } from '../../../lib/cell.ts';
import { client } from '../../../lib/client.ts';
import { formatCount } from '../../../lib/format.ts';
import type { NamedRole } from './roles.ts';

/** The dataset as a role would see it, under rules that need not be saved yet. */
export function TryPanel({
  datasetId,
  sensitivity,
  rules,
  roles,
}: {
  datasetId: string;
  sensitivity: Sensitivity;
  rules: DatasetRule[];
  roles: readonly NamedRole[];
}) {
  const { t } = useTranslation('access');
  const [role, setRole] = useState('viewer');
  const [site, setSite] = useState('');
  const asked = JSON.stringify([sensitivity, rules, role, site]);
  const look = useMutation({
    mutationFn: async () => ({
      asked,
      seen: await client.datasetAccess.try({
        params: { id: datasetId },
        body: { sensitivity, rules, role, site: site.trim() === '' ? null : site.trim() },
      }),
    }),
  });
  const name = roles.find((each) => each.role === role)?.name ?? role;
  const seen = look.data?.asked === asked ? look.data.seen : null;
  return (
    <Section title={t('try')}>
      <div className="grid grid-cols-1 gap-4">
        <form
          className="flex flex-wrap items-end gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            look.mutate();
          }}
        >
          <div className="w-48">
            <Field label={t('try_role')}>
              {(props) => (
                <Select {...props} value={role} onChange={({ target }) => setRole(target.value)}>
                  {roles.map((each) => (
                    <option key={each.role} value={each.role}>
                      {each.name}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
          <div className="w-40">
            <Field label={t('try_site')}>
              {(props) => <Input {...props} value={site} onChange={({ target }) => setSite(target.value)} />}
            </Field>
          </div>
          <Button type="submit" disabled={look.isPending}>
            <Eye size={16} aria-hidden />
            {t('try_look')}
          </Button>
        </form>
        {look.error && <ErrorNotice error={look.error} />}
        {seen && !seen.readable && (
          <Notice tone="plain" title={t('try_nothing', { role: name })}>
            {t('try_nothing_text')}
          </Notice>
        )}
        {seen?.readable && (
          <>
            <p role="status" className="text-ink-soft">
              {t('try_rows', {
                role: name,
                visible: formatCount(seen.visible_rows),
                total: formatCount(seen.total_rows),
                masked: seen.visibility.masks.length,
              })}
            </p>
            <ResultTable label={t('try')} columns={seen.columns} rows={seen.rows as Row[]} />
          </>
        )}
      </div>
    </Section>
  );
}
