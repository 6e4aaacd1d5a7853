import { AsyncLocalStorage } from 'node:async_hooks';
import { hostname } from 'node:os';
import {
  type Context,
  type Span as OtelSpan,
  SpanKind as OtelSpanKind,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Config } from '../config/config.ts';
import { fail } from '../failure.ts';
import type { Span, SpanKind, Tracing } from './tracing.ts';

const kinds: Record<SpanKind, OtelSpanKind> = {
  server: OtelSpanKind.SERVER,
  client: OtelSpanKind.CLIENT,
  producer: OtelSpanKind.PRODUCER,
  consumer: OtelSpanKind.CONSUMER,
  internal: OtelSpanKind.INTERNAL,
};

/** A span with the context under which its own parts stand. */
class TracedSpan implements Span {
  readonly traceparent: string;
  readonly traceId: string;
  readonly context: Context;
  readonly #span: OtelSpan;

  constructor(span: OtelSpan) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.#span = span;
    this.traceId = traceId;
    this.traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
    this.context = trace.setSpan(ROOT_CONTEXT, span);
  }

  set(attributes: Parameters<Span['set']>[0]): void {
    this.#span.setAttributes({ ...attributes });
  }

  end(failure?: string | null): void {
    if (failure != null) {
      this.#span.setAttribute('error.type', failure);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}

/** W3C Trace Context, version 00. https://www.w3.org/TR/trace-context/ */
const wellFormed = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

function contextOf(traceparent: string): Context {
  const [, traceId = '', spanId = '', flags = '0'] = wellFormed.exec(traceparent) ?? [];
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16) & 1;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** Sends spans to a collector by OTLP over HTTP. A collector that is away costs spans and nothing else. */
export function openOtlpTracing(config: Config, endpoint: string, version: string): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    headers: headersOf(config.OTEL_EXPORTER_OTLP_HEADERS),
    timeoutMillis: 5_000,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': config.OTEL_SERVICE_NAME,
      'service.version': version,
      'service.instance.id': `${hostname()}:${process.pid}`,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(config.OTEL_TRACES_SAMPLER_ARG) }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000, exportTimeoutMillis: 5_000 }),
    ],
  });
  const tracer = provider.getTracer('stroma', version);
  const scope = new AsyncLocalStorage<TracedSpan>();

  return {
    on: true,
    current: () => scope.getStore()?.traceparent ?? null,
    traceId: () => scope.getStore()?.traceId ?? null,
    begin(name, kind, { parent, attributes, startMs } = {}) {
      const under = parent == null ? (scope.getStore()?.context ?? ROOT_CONTEXT) : contextOf(parent);
      return new TracedSpan(
        tracer.startSpan(
          name,
          {
            kind: kinds[kind],
            attributes: { ...attributes },
            ...(startMs !== undefined && { startTime: startMs }),
          },
          under,
        ),
      );
    },
    within: (span, work) => (span instanceof TracedSpan ? scope.run(span, work) : work()),
    close: () => provider.shutdown(),
  };
}

function headersOf(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  return Object.fromEntries(
    text.split(',').map((each) => {
      const at = each.indexOf('=');
      if (at < 1)
        fail('CONFIG_INVALID', 'Expected OTEL_EXPORTER_OTLP_HEADERS as name=value, commas between.', {
          key: 'OTEL_EXPORTER_OTLP_HEADERS',
        });
      return [each.slice(0, at).trim(), decodeURIComponent(each.slice(at + 1).trim())];
    }),
  );
}
