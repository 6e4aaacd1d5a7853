import type { RoleMapping } from '@stroma/contracts';
import { Plus, X } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Input, Select } from '../../../components/field.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { useAllRoles } from '../members/members-page.tsx';

/** Which group gives which role, in order, and what everybody else gets. */
export function RoleMappingField({
  mapping,
  onMapping,
  defaultRole,
  onDefaultRole,
  mayRefuse,
}: {
  mapping: RoleMapping;
  onMapping: (mapping: RoleMapping) => void;
  defaultRole: string | null;
  onDefaultRole: (role: string | null) => void;
  mayRefuse: boolean;
}) {
  const { t } = useTranslation('singleSignOn');
  const id = useId();
  const roles = useAllRoles().filter(({ may_give }) => may_give);
  const change = (at: number, part: Partial<RoleMapping[number]>) =>
    onMapping(mapping.map((line, index) => (index === at ? { ...line, ...part } : line)));
  const options = roles.map(({ role, name }) => (
    <option key={role} value={role}>
      {name}
    </option>
  ));
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 font-medium">
        {t('mapping')} <span className="text-small font-normal text-ink-faint">{t('mapping_hint')}</span>
      </legend>
      {mapping.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place in the list is what a line is
        <div key={at} className="flex items-center gap-2">
          <Input
            aria-label={t('group')}
            placeholder={t('group')}
            required
            value={line.group}
            onChange={({ target }) => change(at, { group: target.value })}
          />
          <Select
            aria-label={t('role')}
            value={line.role}
            onChange={({ target }) => change(at, { role: target.value })}
          >
            {options}
          </Select>
          <IconButton
            icon={X}
            label={t('remove_line')}
            onClick={() => onMapping(mapping.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Button
          size="small"
          onClick={() => onMapping([...mapping, { group: '', role: roles.at(-1)?.role ?? 'viewer' }])}
        >
          <Plus size={14} aria-hidden />
          {t('add_line')}
        </Button>
        <label htmlFor={id} className="flex items-center gap-2 text-small">
          <span className="shrink-0">{t('default_role')}</span>
          <Select
            id={id}
            value={defaultRole ?? ''}
            onChange={({ target }) => onDefaultRole(target.value === '' ? null : target.value)}
          >
            {mayRefuse && <option value="">{t('default_role_none')}</option>}
            {options}
          </Select>
        </label>
      </div>
    </fieldset>
  );
}
