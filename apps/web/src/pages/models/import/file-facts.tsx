import type { ModelFile } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../../components/facts.tsx';
import { Section } from '../../../components/page.tsx';
import { cellClass, PlainTable } from '../../../components/plain-table.tsx';
import { formatBytes } from '../../../lib/format.ts';

/** What the file says of itself. */
export function FileFacts({ file }: { file: ModelFile }) {
  const { t } = useTranslation('models');
  const opsets = Object.entries(file.opsets).map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`);
  return (
    <div className="grid grid-cols-1 gap-8">
      <Section title={t('import_facts')}>
        <Facts
          facts={[
            [t('producer'), file.producer || t('nothing')],
            [t('opsets'), opsets.join(', ')],
            [t('size'), formatBytes(file.bytes)],
            ['SHA-256', <Hash key="hash">{file.sha256}</Hash>],
          ]}
        />
      </Section>
      {(['inputs', 'outputs'] as const).map((side) => (
        <Section key={side} title={t(side)}>
          <PlainTable
            label={t(side)}
            headings={[
              { label: t('name'), className: `${cellClass} text-start` },
              { label: t('kind'), className: `${cellClass} text-start` },
              { label: t('shape'), className: `${cellClass} text-start` },
            ]}
          >
            {file[side].map(({ name, type, shape }) => (
              <tr key={name}>
                <td className={`${cellClass} font-medium wrap-anywhere`}>{name}</td>
                <td className={`${cellClass} font-mono text-small`}>{type ?? t('nothing')}</td>
                <td className={`${cellClass} font-mono text-small`}>
                  {shape === null ? t('nothing') : `[${shape.join(', ')}]`}
                </td>
              </tr>
            ))}
          </PlainTable>
        </Section>
      ))}
    </div>
  );
}

const Hash = ({ children }: { children: string }) => (
  <code className="font-mono text-small text-ink-soft" title={children}>
    {children.slice(0, 16)}…
  </code>
);
