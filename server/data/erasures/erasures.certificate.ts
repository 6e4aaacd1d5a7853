import { hash } from 'node:crypto';
import {
  type ErasureCertificate,
  type ErasureCertificateDocument,
  type KeepingGround,
  keepingGrounds,
  type PersonFindings,
} from '@stroma/contracts';
import type { Access } from '../../access/index.ts';
import { canonicalJson } from '../../platform/provenance/canonical-json.ts';
import { treatmentOf } from '../persons/person-records.store.ts';
import { decided } from './erasures.run.ts';
import type { ErasureRow } from './erasures.store.ts';

type Kept = ErasureCertificateDocument['kept'][number];

const kept = (what: string, count: number, ground: KeepingGround): Kept => ({
  what,
  count,
  ground,
  law: keepingGrounds[ground],
});

/** What was kept, and why. */
export function keptOf({ plan, decisions }: ErasureRow, found: PersonFindings): Kept[] {
  const datasets = plan.datasets.filter((each) => decided(each, decisions, undefined) === 'keep');
  const byGround = Map.groupBy(datasets, ({ ground }) => ground ?? ('controller' as const));
  const records = found.store.flatMap(({ table, column, rows }) => {
    const treatment = treatmentOf(table, column);
    return treatment.treatment === 'keep' ? [{ table, rows, ground: treatment.ground }] : [];
  });
  const tables = Map.groupBy(records, ({ table, ground }) => `${table} ${ground}`);
  const anonymous = plan.derived.filter(({ ground }) => ground === 'anonymous').length;
  const accounts = found.accounts.length;
  return [
    ...[...byGround].map(([ground, group]) => kept('datasets', group.length, ground)),
    ...[...tables.values()].flatMap((group) => {
      const [first] = group;
      return first === undefined
        ? []
        : [kept(`records: ${first.table}`, Math.max(...group.map(({ rows }) => rows)), first.ground)];
    }),
    ...(anonymous > 0 ? [kept('anonymised dataset versions', anonymous, 'anonymous')] : []),
    ...(accounts > 0 ? [kept('accounts', accounts, 'controller')] : []),
    ...(decisions.consents === 'keep' && plan.consents > 0
      ? [kept('consents', plan.consents, 'consent_proof')]
      : []),
    ...(plan.backups.count > 0 ? [kept('backups', plan.backups.count, 'backup')] : []),
  ];
}

/** What a last search found that is not kept on purpose. */
export function remainsOf({ plan, decisions }: ErasureRow, found: PersonFindings): string[] {
  const keptDatasets = new Set([
    ...plan.datasets
      .filter((each) => decided(each, decisions, undefined) === 'keep')
      .map(({ dataset_id }) => dataset_id),
  ]);
  const datasets = found.datasets
    .filter(({ dataset_id }) => !keptDatasets.has(dataset_id))
    .map(({ dataset_id }) => `dataset ${dataset_id}`);
  const records = found.store.flatMap(({ table, column, rows }) => {
    const { treatment } = treatmentOf(table, column);
    const isKeptAccount = treatment === 'account' && found.accounts.length > 0;
    return treatment === 'keep' || isKeptAccount ? [] : [`records: ${table}.${column}, ${rows}`];
  });
  return [
    ...datasets,
    ...records,
    ...(found.raw_files.length > 0 ? [`files: ${found.raw_files.length}`] : []),
    ...(found.mail > 0 ? [`mail: ${found.mail}`] : []),
    ...(found.consents.all > 0 && decisions.consents === 'erase' ? [`consents: ${found.consents.all}`] : []),
    ...found.not_searched.map(({ id, why }) => `${id}: ${why}`),
  ];
}

type Certifier = Access['certifier'];

/** What is signed of a certificate. */
const message = (sha256: string): string => `erasure certificate ${sha256}`;

export function signCertificate(certifier: Certifier, document: ErasureCertificateDocument) {
  const certificate = canonicalJson(document);
  const sha256 = hash('sha256', certificate);
  return { certificate, sha256, signature: certifier.sign(message(sha256)), keyId: certifier.keyId };
}

/** Whether the text is what one of our keys signed. */
export function isGenuine(certifier: Certifier, document: string, signature: string, keyId: string): boolean {
  return certifier.verify(message(hash('sha256', document)), signature, keyId);
}

/** Null while there is none. */
export function certificateOf(certifier: Certifier, row: ErasureRow): ErasureCertificate | null {
  const { certificate, sha256, signature, keyId } = row;
  if (certificate === null || sha256 === null || signature === null || keyId === null) return null;
  const key = certifier.publicKeys().find(({ key_id }) => key_id === keyId);
  return {
    document: certificate,
    certificate: JSON.parse(certificate) as ErasureCertificateDocument,
    sha256,
    key_id: keyId,
    signature,
    signature_valid:
      hash('sha256', certificate) === sha256 && isGenuine(certifier, certificate, signature, keyId),
    public_key: key?.public_key ?? '',
  };
}
