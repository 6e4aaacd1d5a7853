import type { Config } from '../config/config.ts';
import { fail } from '../failure.ts';
import type { BackupTarget } from './backup-target.ts';

type TargetConfig = Pick<
  Config,
  'STROMA_S3_ENDPOINT' | 'STROMA_S3_REGION' | 'STROMA_S3_ACCESS_KEY' | 'STROMA_S3_SECRET_KEY'
>;

/** A folder, or `s3://bucket/what/keys/begin/with` at the S3 of `STROMA_S3_*`. */
export async function openTarget(address: string, config: TargetConfig): Promise<BackupTarget> {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) {
    const { folderTarget } = await import('./folder-target.ts');
    return folderTarget(address);
  }
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol !== 's3:' || url.hostname === '')
    return fail('INVALID_INPUT', `Expected a folder or s3://bucket/prefix, given "${address}".`);
  const { s3Target } = await import('./s3-target.ts');
  return s3Target(url.hostname, url.pathname.replace(/^\/|\/$/g, ''), config);
}
