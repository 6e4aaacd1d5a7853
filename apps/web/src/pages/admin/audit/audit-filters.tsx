import { auditActions } from '@stroma/contracts';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Input, Select } from '../../../components/field.tsx';
import { usePermission } from '../../../lib/session.ts';
import type { AuditPageSearch } from './audit-page.tsx';

/** The first part of an action's name, as the record writes it. */
const resources = [...new Set(auditActions.map((action) => action.slice(0, action.indexOf('.'))))].sort();

export function AuditFilters({
  search,
  onChange,
  onClear,
}: {
  search: AuditPageSearch;
  onChange: (change: AuditPageSearch) => void;
  onClear: () => void;
}) {
  const { t } = useTranslation('audit');
  const maySeeInstallation = usePermission('tenants:read');
  const { event: _, ...filters } = search;
  const filtered = Object.values(filters).some(Boolean);
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <Input
        key={filtered ? 'filtered' : 'all'}
        type="search"
        aria-label={t('find')}
        placeholder={t('find')}
        defaultValue={search.search ?? ''}
        onChange={({ target }) => onChange({ search: target.value.trim() })}
        className="sm:max-w-48"
      />
      <Select
        aria-label={t('resource')}
        value={search.resource ?? ''}
        onChange={({ target }) => onChange({ resource: target.value })}
        className="sm:max-w-40"
      >
        <option value="">{t('every_resource')}</option>
        {resources.map((resource) => (
          <option key={resource} value={resource}>
            {resource}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t('outcome')}
        value={search.outcome ?? ''}
        onChange={({ target }) => onChange({ outcome: target.value as 'success' })}
        className="sm:max-w-36"
      >
        <option value="">{t('every_outcome')}</option>
        {(['success', 'refused', 'failure'] as const).map((outcome) => (
          <option key={outcome} value={outcome}>
            {t(`outcome_${outcome}`)}
          </option>
        ))}
      </Select>
      {(['from', 'to'] as const).map((end) => (
        <span key={end} className="flex min-w-0 flex-1 items-center gap-2 text-ink-soft sm:flex-none">
          <span aria-hidden className="text-small">
            {t(end)}
          </span>
          <Input
            type="date"
            aria-label={t(end)}
            value={search[end] ?? ''}
            onChange={({ target }) => onChange({ [end]: target.value })}
            className="sm:w-36"
          />
        </span>
      ))}
      {maySeeInstallation && (
        <Select
          aria-label={t('scope')}
          value={search.installation ? 'installation' : ''}
          onChange={({ target }) => onChange({ installation: target.value !== '' })}
          className="sm:max-w-40"
        >
          <option value="">{t('scope_organisation')}</option>
          <option value="installation">{t('scope_installation')}</option>
        </Select>
      )}
      {(['actor', 'object'] as const).map(
        (name) =>
          search[name] && (
            <Button
              key={name}
              size="small"
              className="max-w-full font-mono"
              onClick={() => onChange({ [name]: '' })}
            >
              <span className="truncate">{search[name]}</span>
              <X size={14} aria-hidden />
            </Button>
          ),
      )}
      {filtered && (
        <Button look="quiet" onClick={onClear}>
          {t('clear')}
        </Button>
      )}
    </div>
  );
}
