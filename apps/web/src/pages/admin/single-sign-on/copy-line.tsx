import { Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../../components/icon-button.tsx';
import { copyText } from '../../../lib/copy.ts';

/** Something to be copied into another system. */
export function CopyLine({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation('singleSignOn');
  return (
    <div className="min-w-0">
      <p className="text-small text-ink-faint">{label}</p>
      <div className="flex items-center gap-1">
        <code className="min-w-0 flex-1 font-mono text-small wrap-anywhere select-all">{text}</code>
        <IconButton icon={Copy} label={t('copy')} onClick={() => void copyText(text)} />
      </div>
    </div>
  );
}
