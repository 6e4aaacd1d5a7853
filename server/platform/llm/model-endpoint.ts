import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, NoObjectGeneratedError, Output } from 'ai';
import type { z } from 'zod';
import { schemaInstruction } from './json-answer.ts';

const largestAnswerBytes = 8 * 1024 * 1024;

export interface EndpointSettings {
  url: string;
  model: string;
  key: string | undefined;
}

export interface ModelAnswer {
  text: string;
  tokensIn: number | null;
  tokensOut: number | null;
}

export interface ModelQuestion {
  system: string;
  prompt: string;
  schema: z.ZodType;
  signal: AbortSignal;
}

/**
 * How an endpoint wants to be asked, from the most to the least it may understand: some know no JSON schema, some
 * models take no temperature. The first that is not refused is kept.
 */
const manners = [
  { schema: true, temperature: 0 },
  { schema: false, temperature: 0 },
  { schema: false, temperature: undefined },
] as const;

/** One OpenAI-compatible endpoint: asks once, without retries. Errors are those of the `ai` package. */
export function openEndpoint({
  url,
  model,
  key,
}: EndpointSettings): (question: ModelQuestion) => Promise<ModelAnswer> {
  const provider = createOpenAICompatible({
    name: 'endpoint',
    baseURL: url,
    ...(key === undefined ? {} : { apiKey: key }),
    supportsStructuredOutputs: true,
    fetch: boundedFetch,
  });
  const chat = provider(model);
  let known = 0;

  async function askIn(
    manner: (typeof manners)[number],
    { system, prompt, schema, signal }: ModelQuestion,
  ): Promise<ModelAnswer> {
    const request = {
      model: chat,
      prompt,
      maxRetries: 0,
      abortSignal: signal,
      providerOptions: { endpoint: { strictJsonSchema: false } },
      ...(manner.temperature === undefined ? {} : { temperature: manner.temperature }),
    };
    try {
      const { text, usage } = manner.schema
        ? await generateText({ ...request, system, output: Output.object({ schema }) })
        : await generateText({ ...request, system: `${system}\n\n${schemaInstruction(schema)}` });
      return { text, tokensIn: usage.inputTokens ?? null, tokensOut: usage.outputTokens ?? null };
    } catch (error) {
      if (!NoObjectGeneratedError.isInstance(error) || error.text === undefined) throw error;
      // An endpoint may take the schema and not keep to it; the caller reads the text itself.
      const { text, usage } = error;
      return { text, tokensIn: usage?.inputTokens ?? null, tokensOut: usage?.outputTokens ?? null };
    }
  }

  return async (question) => {
    for (let manner = known; ; manner++) {
      try {
        const answer = await askIn(manners[manner] ?? manners[2], question);
        known = manner;
        return answer;
      } catch (error) {
        if (manner + 1 >= manners.length || !isRefused(error)) throw error;
      }
    }
  };
}

const isRefused = (error: unknown) =>
  APICallError.isInstance(error) && [400, 422, 501].includes(error.statusCode ?? 0);

/** Follows no redirect, which would carry prompts elsewhere, and takes no endless answer. */
const boundedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, { ...init, redirect: 'error' });
  let bytes = 0;
  const bound = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > largestAnswerBytes) controller.error(new Error('The answer is larger than 8 MB.'));
      else controller.enqueue(chunk);
    },
  });
  return new Response(response.body?.pipeThrough(bound) ?? null, response);
};
