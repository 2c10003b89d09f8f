import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Campaign } from '@espalier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StackUnderTest, until } from './stack-under-test.js';

interface Span {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}
/** What OTLP over HTTP sends, as far as it is looked at here. */
interface Sent {
  readonly resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: Omit<Span, 'service'>[] }[];
  }[];
}

const stack = new StackUnderTest(18_360);
const spans: Span[] = [];
let collector: Server;
beforeAll(async () => {
  collector = createServer((request, response) => {
    void text(request).then((body) => {
      for (const { resource, scopeSpans } of (JSON.parse(body) as Sent).resourceSpans) {
        const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
        for (const scope of scopeSpans) spans.push(...scope.spans.map((span) => ({ ...span, service })));
      }
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  stack.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${port}`;
  stack.env.OTEL_BSP_SCHEDULE_DELAY = '200';
  expect((await stack.espalier('up')).code).toBe(0);
});
afterAll(async () => {
  await stack.remove();
  collector.close();
});

/** From a span up to what began it all. */
function pathOf(span: Span): string[] {
  const parent = spans.find(({ spanId, traceId }) => spanId === span.parentSpanId && traceId === span.traceId);
  return [`${span.service} ${span.name}`, ...(parent ? pathOf(parent) : [])];
}

describe('a trace', () => {
  it('goes from the call of the API through campaign and candidate to each epoch of its training', async () => {
    const spec = `
name: traced
network: lenet-5
data: mnist
space:
  criterion: [magnitude]
  density: { conv2: [0.41, 0.9] }
  fineTune: { epochs: [2, 2], imagesPerEpoch: 200 }
strategy: { name: random, seed: 11 }
budget: { candidates: 1 }
subset: { trainingImages: 1200 }
`;
    const launched = await stack.espalier('campaign', 'launch', stack.write('traced.yaml', spec));
    expect(launched.code).toBe(0);
    await until('the campaign is done', async () => {
      const { state } = await stack.get<Campaign>('/v1/campaigns/traced');
      return state === 'completed' ? true : undefined;
    });
    const path = await until('its epochs are told of, and what they are part of', () => {
      const epochs = spans.filter(({ name }) => name === 'epoch').map(pathOf);
      const found = epochs.filter(
        (each) => each.includes('espalier-api POST /v1/campaigns') && each.join().includes('pruneAndTrain'),
      );
      return Promise.resolve(found.length === 2 ? found[0] : undefined);
    });
    expect(path[0]).toBe('espalier-worker epoch');
    expect(path.at(-1)).toBe('espalier-api POST /v1/campaigns');
    for (const part of [
      'espalier-worker RunActivity:pruneAndTrain',
      'espalier-orchestrator RunWorkflow:candidate',
      'espalier-orchestrator RunActivity:startCandidates',
      'espalier-orchestrator RunWorkflow:campaign',
    ]) {
      expect(path).toContain(part);
    }
    const steps = spans.filter((span) => pathOf(span)[1] === 'espalier-worker RunActivity:pruneAndTrain');
    expect(new Set(steps.map(({ name }) => name))).toEqual(new Set(['prune', 'fineTune', 'epoch', 'evaluate']));
  }, 120_000);
});
