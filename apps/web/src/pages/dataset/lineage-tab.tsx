import { useTranslation } from 'react-i18next';
import { ProvenanceView } from '../../components/provenance/provenance-view.tsx';
import type { DatasetPart } from './shown-version.ts';

export function LineageTab({ version }: DatasetPart) {
  const { t } = useTranslation('dataset');
  return (
    <>
      <p className="-mb-8 max-w-[60%] text-ink-soft">{t('lineage_intro')}</p>
      <ProvenanceView id={version.version_id} />
    </>
  );
}
