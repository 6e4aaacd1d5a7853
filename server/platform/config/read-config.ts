import { existsSync, readFileSync } from 'node:fs';
import { StromaError } from '@stroma/kernel';
import { parse } from 'yaml';
import type { z } from 'zod';
import { type Config, configSchema, secretKeys } from './config.ts';

export type ConfigSource = 'default' | 'environment' | 'file';

export interface LoadedConfig {
  config: Config;
  sources: Record<keyof Config, ConfigSource>;
}

const knownKeys = Object.keys(configSchema.shape) as (keyof Config)[];

/** Set for the process, not for the platform; they may stand in the environment beside the settings. */
const foreignKeys = /^STROMA_(TEST_|URL$|TOKEN$)/;

/**
 * Reads every setting once: the environment wins over the file, the file over the default. An empty environment
 * variable counts as absent. Throws CONFIG_INVALID with the key, what was expected and what was given.
 */
export function readConfig(env: NodeJS.ProcessEnv, yamlPath = 'stroma.yaml'): LoadedConfig {
  const file = readFile(yamlPath);
  refuseUnknown(Object.keys(file), `the file ${yamlPath}`);
  const fromEnvironment = Object.keys(env).filter((key) => env[key] !== undefined && env[key] !== '');
  refuseUnknown(
    fromEnvironment.filter((key) => key.startsWith('STROMA_') && !foreignKeys.test(key)),
    'the environment',
  );
  const given: Record<string, unknown> = {};
  const sources = {} as Record<keyof Config, ConfigSource>;
  for (const key of knownKeys) {
    const source = fromEnvironment.includes(key) ? 'environment' : key in file ? 'file' : 'default';
    sources[key] = source;
    if (source !== 'default') given[key] = source === 'environment' ? env[key] : asText(file[key]);
  }
  const parsed = configSchema.safeParse(given);
  if (!parsed.success) throw refusal(parsed.error, given, sources);
  return { config: parsed.data, sources };
}

function readFile(path: string): Record<string, unknown> {
  if (!existsSync(path)) return {};
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new StromaError(
      'CONFIG_INVALID',
      `The file ${path} is not valid YAML: ${(error as Error).message}`,
      { file: path },
      { cause: error },
    );
  }
  if (content === null || content === undefined) return {};
  if (typeof content === 'object' && !Array.isArray(content)) return content as Record<string, unknown>;
  throw new StromaError('CONFIG_INVALID', `The file ${path} must hold lines like "PORT: 3000".`, {
    file: path,
  });
}

/** YAML has its own booleans and numbers; the schema reads the spellings of an environment variable. */
function asText(value: unknown): unknown {
  return typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;
}

function refuseUnknown(keys: string[], place: string): void {
  const unknown = keys.find((key) => !knownKeys.includes(key as keyof Config));
  if (unknown === undefined) return;
  const nearest = nearestKey(unknown);
  throw new StromaError(
    'CONFIG_INVALID',
    `${unknown} in ${place} is not a setting.${nearest ? ` Did you mean ${nearest}?` : ''} "stroma config" lists every setting.`,
    { key: unknown, nearest },
  );
}

function refusal(error: z.ZodError, given: Record<string, unknown>, sources: LoadedConfig['sources']) {
  const lines = error.issues.map((issue) => {
    const key = issue.path[0] as keyof Config;
    const value = secretKeys.has(key) ? 'a value that is not shown' : JSON.stringify(given[key]);
    const place = sources[key] === 'file' ? 'in the file' : 'in the environment';
    return `${key} (${place}): expected ${expectation(issue)}, given ${value}. ${meaningOf(key)}.`;
  });
  return new StromaError('CONFIG_INVALID', lines.join('\n'), {
    keys: error.issues.map((issue) => issue.path[0]),
  });
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small') return `at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `at most ${issue.maximum}`;
  if (issue.code === 'invalid_type') return `a ${issue.expected}`;
  if (issue.code === 'invalid_format')
    return issue.format === 'regex' ? issue.message.replace(/^expected /, '') : `a valid ${issue.format}`;
  return issue.message;
}

export function meaningOf(key: keyof Config): string {
  return configSchema.shape[key].description ?? '';
}

function nearestKey(given: string): string | null {
  const scored = knownKeys
    .map((key) => ({ key, distance: editDistance(given.toUpperCase(), key) }))
    .sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  return best !== undefined && best.distance <= Math.max(3, given.length / 3) ? best.key : null;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
