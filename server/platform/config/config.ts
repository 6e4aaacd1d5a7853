import { z } from 'zod';
import { identitySettings } from './identity-settings.ts';
import { keySettings } from './key-settings.ts';
import { limitSettings } from './limit-settings.ts';
import { monitoringSettings } from './monitoring-settings.ts';
import { serverSettings } from './server-settings.ts';
import { storeSettings } from './store-settings.ts';
import { streamSettings } from './stream-settings.ts';

/** Every setting: its environment variable is the key, its meaning the description. `stroma.yaml` takes the same keys. */
export const configSchema = z.object({
  ...serverSettings,
  ...identitySettings,
  ...storeSettings,
  ...keySettings,
  ...limitSettings,
  ...monitoringSettings,
  ...streamSettings,
});

/** Keys whose values never appear in logs, errors or listings. */
export const secretKeys: ReadonlySet<keyof Config> = new Set([
  'STROMA_ADMIN_PASSWORD',
  'DATABASE_URL',
  'REDIS_URL',
  'STROMA_KAFKA_PASSWORD',
  'STROMA_S3_ACCESS_KEY',
  'STROMA_S3_SECRET_KEY',
  'STROMA_LLM_KEY',
  'STROMA_METRICS_TOKEN',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'STROMA_SMS_TOKEN',
  'STROMA_SMTP_URL',
  'STROMA_VAULT_TOKEN',
  'STROMA_BACKUP_PASSPHRASE',
  'STROMA_KMS_ACCESS_KEY',
  'STROMA_KMS_SECRET_KEY',
]);

export type Config = z.infer<typeof configSchema>;
