import type { SystemError } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';

/** Who met it: a person, nobody signed in, or Stroma at work by itself. */
export function Who({ met: { actor, where } }: { met: SystemError['last'] }) {
  const { t } = useTranslation('system');
  if (actor === null && where === null) return t('system_actor');
  if (actor === null || actor.id === 'anonymous')
    return <span className="text-ink-faint">{t('nobody')}</span>;
  if (actor.id === 'system') return t('system_actor');
  return actor.name ?? <code className="font-mono text-small wrap-anywhere">{actor.id}</code>;
}
