import { Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { copyText } from '../../lib/copy.ts';
import { saveFile } from '../../lib/table-export.ts';

/** Shown once: to be downloaded, copied or written down before going on. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const { t } = useTranslation('account');
  const [kept, setKept] = useState(false);
  const text = `${codes.join('\n')}\n`;
  return (
    <div className="grid gap-4">
      <Notice tone="warning" title={t('recovery_title')}>
        {t('recovery_text')}
      </Notice>
      <ol className="grid grid-cols-1 gap-x-6 gap-y-1 rounded-md bg-sunken p-4 font-mono sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code} className="text-small select-all">
            {code}
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap gap-2">
        <Button
          onClick={() => {
            saveFile('stroma-recovery-codes.txt', text, 'text/plain;charset=utf-8');
            setKept(true);
          }}
        >
          <Download size={14} aria-hidden />
          {t('recovery_download')}
        </Button>
        <Button onClick={() => void copyText(text).then(() => setKept(true))}>{t('copy')}</Button>
      </div>
      <label className="flex items-center gap-2">
        <input type="checkbox" checked={kept} onChange={(event) => setKept(event.target.checked)} />
        {t('recovery_kept')}
      </label>
      <Button look="primary" disabled={!kept} onClick={onDone} className="w-full">
        {t('recovery_done')}
      </Button>
    </div>
  );
}
