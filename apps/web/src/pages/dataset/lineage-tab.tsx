import { useTranslation } from 'react-i18next';
import { ProvenanceView } from '../../components/provenance/provenance-view.tsx';
import type { DatasetPart } from './shown-version.ts';

export function LineageTab({ version }: DatasetPart) {
  const { t } = useTranslation('dataset');
  return <ProvenanceView id={version.version_id} intro={t('lineage_intro')} />;
}
