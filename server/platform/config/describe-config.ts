import { type Config, configSchema, secretKeys } from './config.ts';
import { type LoadedConfig, meaningOf } from './read-config.ts';

export interface SettingDescription {
  key: string;
  meaning: string;
  /** Empty when there is none. */
  default_value: string;
  secret: boolean;
}

export interface SettingInForce extends Omit<SettingDescription, 'secret'> {
  /** A secret reads `set` or `not set`. */
  value: string;
  source: 'default' | 'environment' | 'file';
}

const keys = Object.keys(configSchema.shape) as (keyof Config)[];
const defaults = configSchema.parse({});

/** Every setting with its meaning and default; for `stroma config` and the documentation. */
export function describeConfig(): SettingDescription[] {
  return keys.map((key) => ({
    key,
    meaning: meaningOf(key),
    default_value: asText(defaults[key]),
    secret: secretKeys.has(key),
  }));
}

/** Every setting as it is in force, and where its value came from; secrets are not shown. */
export function settingsInForce({ config, sources }: LoadedConfig): SettingInForce[] {
  return describeConfig().map(({ secret, ...setting }) => {
    const value = config[setting.key as keyof Config];
    return {
      ...setting,
      value: secret ? (value === undefined ? 'not set' : 'set') : asText(value),
      source: sources[setting.key as keyof Config],
    };
  });
}

function asText(value: Config[keyof Config]): string {
  if (value === undefined) return '';
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}
