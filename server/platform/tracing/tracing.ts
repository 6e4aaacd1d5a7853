import type { Config } from '../config/config.ts';

export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal';
/** Never a name, an address of a person, an id of theirs, a statement or a value. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** One stretch of work in a trace. */
export interface Span {
  /** W3C trace context, to be handed on. */
  readonly traceparent: string;
  set(attributes: SpanAttributes): void;
  /** `failure`: the code of what it failed with. Only the first end counts. */
  end(failure?: string | null): void;
}

export interface SpanOptions {
  /** W3C trace context of what caused it; left out: what runs now. Anything malformed begins a trace of its own. */
  parent?: string | null | undefined;
  attributes?: SpanAttributes;
  /** When it began, where that is past: milliseconds since the epoch. */
  startMs?: number;
}

/**
 * What follows one request through everything it sets off. Off unless a collector is named: then nothing of it is
 * loaded, and every call here does nothing.
 */
export interface Tracing {
  readonly on: boolean;
  /** W3C trace context of what runs now; null where nothing is traced. */
  current(): string | null;
  /** Id of the trace of what runs now. */
  traceId(): string | null;
  begin(name: string, kind: SpanKind, options?: SpanOptions): Span;
  /** Runs `work`, and all that it starts, as a part of the span. */
  within<T>(span: Span, work: () => T): T;
  /** Sends what is still to be sent, and ends. */
  close(): Promise<void>;
}

const noSpan: Span = { traceparent: '', set: () => undefined, end: () => undefined };

export const noTracing: Tracing = {
  on: false,
  current: () => null,
  traceId: () => null,
  begin: () => noSpan,
  within: (_, work) => work(),
  close: async () => undefined,
};

export async function openTracing(config: Config, version: string): Promise<Tracing> {
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return noTracing;
  const { openOtlpTracing } = await import('./otlp-tracing.ts');
  return openOtlpTracing(config, config.OTEL_EXPORTER_OTLP_ENDPOINT, version);
}

/** Runs `work` as a span that ends when it does. */
export async function traced<T>(
  tracing: Tracing,
  name: string,
  kind: SpanKind,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  if (!tracing.on) return await work(noSpan);
  const span = tracing.begin(name, kind, options);
  try {
    const result = await tracing.within(span, () => work(span));
    span.end();
    return result;
  } catch (error) {
    span.end(failureOf(error));
    throw error;
  }
}

/** The code of an error, or the name of its class; never its message. */
export function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return 'INTERNAL';
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : error.name;
}
