import type { ModelVersion } from '@stroma/contracts';
import { Ellipsis, Tag, Trash2, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';
import { Button } from '../../../../components/button.tsx';
import { IconButton } from '../../../../components/icon-button.tsx';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../../../../components/menu.tsx';
import { cellClass, numberClass, PlainTable } from '../../../../components/plain-table.tsx';
import { formatAgo, formatTime } from '../../../../lib/format.ts';
import { metricsByWeight, namedMetric } from '../../metric-text.ts';
import { StageMark } from '../../stage-mark.tsx';

const shownMetrics = 3;
const wide = `${cellClass} max-md:hidden`;

export interface VersionDeeds {
  promote: (version: ModelVersion) => void;
  giveAlias: (version: ModelVersion) => void;
  removeAlias: (was: { alias: string; number: number }) => void;
  remove: (number: number) => void;
}

/** The versions with what can be done to each; without deeds, to be read. */
export function VersionTable({
  versions,
  chosen,
  onChoose,
  deeds,
}: {
  versions: readonly ModelVersion[];
  chosen: readonly number[];
  onChoose: (number: number) => void;
  deeds: VersionDeeds | null;
}) {
  const { t } = useTranslation('models');
  const several = versions.length > 1;
  return (
    <PlainTable
      label={t('versions')}
      headings={[
        ...(several ? [{ label: t('choose'), unseen: true, className: 'w-10' }] : []),
        { label: t('version_word'), className: `${cellClass} text-start` },
        { label: t('stage'), className: `${cellClass} text-start` },
        { label: t('metrics'), className: `${cellClass} text-start max-sm:hidden` },
        { label: t('owner'), className: `${wide} text-start` },
        { label: t('registered'), className: `${wide} text-start` },
        { label: t('actions'), unseen: true, className: numberClass },
      ]}
    >
      {versions.map((version) => (
        <tr key={version.version_id}>
          {several && (
            <td className="ps-4">
              <input
                type="checkbox"
                aria-label={t('choose_version', { number: version.number })}
                checked={chosen.includes(version.number)}
                onChange={() => onChoose(version.number)}
                className="block size-4 accent-accent"
              />
            </td>
          )}
          <td className={cellClass}>
            <span className="font-medium">{version.number}</span>
            <span className="ms-2 inline-flex flex-wrap gap-1">
              {version.aliases.map((alias) => (
                <Alias
                  key={alias}
                  alias={alias}
                  onRemove={deeds && (() => deeds.removeAlias({ alias, number: version.number }))}
                />
              ))}
            </span>
            {version.description !== '' && (
              <p className="text-small text-ink-faint wrap-anywhere">{version.description}</p>
            )}
          </td>
          <td className={cellClass}>
            <StageMark stage={version.stage} />
          </td>
          <td className={`${cellClass} max-sm:hidden`}>
            {metricsByWeight(version.metrics)
              .slice(0, shownMetrics)
              .map((metric) => namedMetric(t, metric))
              .map(([name, value]) => (
                <span key={name} className="me-3 whitespace-nowrap">
                  <span className="text-ink-faint">{name}</span> {value}
                </span>
              ))}
          </td>
          <td className={wide}>{version.created_by.name ?? t('nothing')}</td>
          <td className={wide}>
            <time dateTime={version.created_at} title={formatTime(version.created_at)}>
              {formatAgo(version.created_at)}
            </time>
          </td>
          <td className={numberClass}>{deeds !== null && <Deeds version={version} deeds={deeds} />}</td>
        </tr>
      ))}
    </PlainTable>
  );
}

function Alias({ alias, onRemove }: { alias: string; onRemove: (() => void) | null }) {
  const { t } = useTranslation('models');
  return (
    <Badge tone="accent">
      {alias}
      {onRemove !== null && (
        <button
          type="button"
          aria-label={t('remove_alias', { alias })}
          title={t('remove_alias', { alias })}
          onClick={onRemove}
          className="-me-1 grid size-5 place-items-center rounded hover:bg-hover"
        >
          <X size={12} aria-hidden />
        </button>
      )}
    </Badge>
  );
}

function Deeds({ version, deeds }: { version: ModelVersion; deeds: VersionDeeds }) {
  const { t } = useTranslation('models');
  const { number } = version;
  return (
    <span className="inline-flex items-center gap-1">
      <Button
        size="small"
        aria-label={t('promote_version', { number })}
        onClick={() => deeds.promote(version)}
      >
        {t('promote')}
      </Button>
      <Menu>
        <MenuTrigger asChild>
          <IconButton icon={Ellipsis} label={t('actions_of_version', { number })} />
        </MenuTrigger>
        <MenuContent>
          <MenuItem icon={Tag} onSelect={() => deeds.giveAlias(version)}>
            {t('give_alias')}
          </MenuItem>
          <MenuItem icon={Trash2} tone="critical" onSelect={() => deeds.remove(number)}>
            {t('delete_version')}
          </MenuItem>
        </MenuContent>
      </Menu>
    </span>
  );
}
