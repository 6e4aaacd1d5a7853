import type { ModelEvaluation } from '@stroma/contracts';
import { Copy, Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { panelClass, Section } from '../../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../../components/plain-table.tsx';
import { Segmented } from '../../../../components/segmented.tsx';
import { client } from '../../../../lib/client.ts';
import { copyText } from '../../../../lib/copy.ts';
import { formatBytes, formatNumber, formatPercent } from '../../../../lib/format.ts';
import { saveUrl } from '../../../../lib/table-export.ts';
import { BatchPrediction } from './batch-prediction.tsx';
import { snippet, snippetLanguages } from './snippets.ts';

const shownLevels = 5;

/** How programs ask the model, what a row must hold, and the model as a file. */
export function UseTab({ evaluation }: { evaluation: ModelEvaluation }) {
  const { t } = useTranslation('models');
  const [language, setLanguage] = useState<(typeof snippetLanguages)[number]>('curl');
  const code = snippet(language, evaluation, location.origin);
  const download = (format: 'stroma' | 'onnx') =>
    saveUrl(
      '',
      client.predictions.export.url({
        params: { id: evaluation.model_id },
        query: { version: String(evaluation.number), format },
      }),
    );
  return (
    <div className="grid grid-cols-1 gap-8">
      <Section
        title={t('ask_by_program')}
        actions={
          <>
            <Segmented
              label={t('language')}
              value={language}
              onChange={setLanguage}
              options={snippetLanguages.map((value) => ({ value, label: t(`language_${value}`) }))}
            />
            <Button onClick={() => void copyText(code)}>
              <Copy size={16} aria-hidden />
              {t('copy')}
            </Button>
          </>
        }
      >
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
          tabIndex={0}
          className={`${panelClass} overflow-x-auto p-4 font-mono text-small`}
        >
          {code}
        </pre>
        <p className="mt-2 text-small text-ink-faint">{t('snippet_note')}</p>
      </Section>
      <BatchPrediction evaluation={evaluation} />
      <Section title={t('signature')}>
        <PlainTable
          label={t('signature')}
          headings={[
            { label: t('column'), className: `${cellClass} text-start` },
            { label: t('kind'), className: `${cellClass} text-start` },
            { label: t('values'), className: `${cellClass} text-start max-sm:hidden` },
            { label: t('missing'), className: numberClass },
          ]}
        >
          {evaluation.signature.map(({ name, kind, levels, more_levels, low, high, missing_share }) => (
            <tr key={name}>
              <td className={`${cellClass} font-medium wrap-anywhere`}>{name}</td>
              <td className={cellClass}>{t(`kind_${kind}`)}</td>
              <td className={`${cellClass} text-ink-soft max-sm:hidden`}>
                {levels !== null
                  ? [
                      ...levels.slice(0, shownLevels),
                      ...(levels.length + more_levels > shownLevels ? ['…'] : []),
                    ].join(', ')
                  : low !== null && high !== null && kind === 'number'
                    ? `${formatNumber(low)} – ${formatNumber(high)}`
                    : low !== null && high !== null && kind === 'time'
                      ? `${new Date(low).toISOString().slice(0, 10)} – ${new Date(high).toISOString().slice(0, 10)}`
                      : ''}
              </td>
              <td className={numberClass}>
                {missing_share === 0 ? t('nothing') : formatPercent(missing_share)}
              </td>
            </tr>
          ))}
        </PlainTable>
      </Section>
      <Section title={t('as_file')} note={formatBytes(evaluation.model_bytes)}>
        <div className="flex flex-wrap gap-2">
          {(['stroma', 'onnx'] as const).map((format) => (
            <Button key={format} onClick={() => download(format)}>
              <Download size={16} aria-hidden />
              {t(`format_${format}`)}
            </Button>
          ))}
        </div>
      </Section>
    </div>
  );
}
