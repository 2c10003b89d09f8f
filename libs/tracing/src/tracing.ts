import { context, trace, type Attributes } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';

const TRACER = 'espalier';

export interface Tracing {
  /**
   * For clients and workers of Temporal: what they start carries the trace on. None where nothing
   * is traced.
   */
  readonly plugins: OpenTelemetryPlugin[];
  /** Sends what is left. */
  stop(): Promise<void>;
}

/**
 * Sends spans to where OpenTelemetry's own variables say (`OTEL_EXPORTER_OTLP_ENDPOINT`, and the
 * others of OTLP over HTTP). Without them nothing is traced, and nothing is added to any workflow.
 */
export function startTracing(service: string): Tracing {
  if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT && !process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) {
    return { plugins: [], stop: () => Promise.resolve() };
  }
  const resource = Resource.default().merge(new Resource({ 'service.name': `espalier-${service}` }));
  const spanProcessor = new BatchSpanProcessor(new OTLPTraceExporter());
  const provider = new NodeTracerProvider({ resource, spanProcessors: [spanProcessor] });
  provider.register();
  return {
    plugins: [new OpenTelemetryPlugin({ resource, spanProcessor })],
    // A collector that is away must not hold up whoever stops.
    stop: () => provider.shutdown().catch(() => undefined),
  };
}

/**
 * Adds spans to what is traced here and now, also when they are told of later: name, attributes,
 * and when they began and ended.
 */
export function spansWithin(): (name: string, attributes: Attributes, began: number, ended: number) => void {
  const here = context.active();
  return (name, attributes, began, ended) =>
    trace.getTracer(TRACER).startSpan(name, { attributes, startTime: began }, here).end(ended);
}
