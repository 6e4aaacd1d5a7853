import type { Config } from '../config/config.ts';
import type { Database } from '../db/database.ts';
import { fail } from '../failure.ts';
import type { LanguageModel } from './language-model.ts';

type LanguageModelConfig = Pick<
  Config,
  | 'STROMA_LLM_URL'
  | 'STROMA_LLM_MODEL'
  | 'STROMA_LLM_KEY'
  | 'STROMA_LLM_TIMEOUT_MS'
  | 'STROMA_LLM_DAILY_TOKENS'
>;

/** The endpoint of the settings, or a model that says it is not configured. Throws CONFIG_INVALID for half a setting. */
export async function openLanguageModel(
  config: LanguageModelConfig,
  database: Database,
): Promise<LanguageModel> {
  const { STROMA_LLM_URL: url, STROMA_LLM_MODEL: model } = config;
  if (url === undefined && model === undefined) return noLanguageModel;
  if (url === undefined || model === undefined) {
    const [given, lacking] =
      url === undefined ? ['STROMA_LLM_MODEL', 'STROMA_LLM_URL'] : ['STROMA_LLM_URL', 'STROMA_LLM_MODEL'];
    fail(
      'CONFIG_INVALID',
      `Expected ${lacking} beside ${given}; set both, or neither to work without a model.`,
      {
        key: lacking,
      },
    );
  }
  const { openEndpointModel } = await import('./endpoint-model.ts');
  return openEndpointModel(
    {
      url,
      model,
      key: config.STROMA_LLM_KEY,
      timeoutMs: config.STROMA_LLM_TIMEOUT_MS,
      dailyTokens: config.STROMA_LLM_DAILY_TOKENS,
    },
    database,
  );
}

const noLanguageModel: LanguageModel = {
  configured: false,
  model: null,
  async generate() {
    return fail(
      'LLM_UNAVAILABLE',
      'No language model is set up. Set STROMA_LLM_URL and STROMA_LLM_MODEL to use one.',
      { reason: 'not_configured' },
    );
  },
};
