import { context, trace, type Attributes } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';

const TRACER = 'espalier';

export interface Tracing {
  /**
   * Plugins for Temporal's clients and workers, which carry a trace on; none when nothing is
   * traced.
   */
  readonly plugins: OpenTelemetryPlugin[];
  /** Sends the remaining spans. */
  stop(): Promise<void>;
}

/**
 * Sends spans to the collector that OpenTelemetry's variables name (`OTEL_EXPORTER_OTLP_ENDPOINT`
 * and others of OTLP over HTTP). Without them nothing is traced, and workflows stay as they are.
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
    // An unreachable collector does not delay the stop.
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
