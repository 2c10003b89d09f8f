import {
  CampaignListSchema,
  CampaignSchema,
  CampaignSpecSchema,
  CandidateDetailSchema,
  CandidatePageSchema,
  DataSetReportSchema,
  DeletionSchema,
  EventListSchema,
  ExtensionSchema,
  FrontSchema,
  ProblemSchema,
  ReevaluationSchema,
  RetrySchema,
  WorkerListSchema,
  type Campaign,
  type CampaignEvent,
  type CampaignSpec,
  type Candidate,
  type CandidateDetail,
  type CandidatePage,
  type DataSetReport,
  type DeleteRequest,
  type Deletion,
  type ExtendRequest,
  type Extension,
  type Front,
  type PauseRequest,
  type Problem,
  type ReevaluateRequest,
  type Reevaluation,
  type RepriceRequest,
  type Retry,
  type RetryRequest,
  type Worker,
} from '@espalier/contracts';
import { z } from 'zod';
import { CommandError } from '../command-error.js';
import { fieldLines } from '../output/field-lines.js';

/** A client of the HTTP API. Answers are checked by their contracts. */
export class ApiClient {
  constructor(readonly url: string) {}

  launch(spec: unknown, idempotencyKey?: string): Promise<Campaign> {
    const headers: Record<string, string> = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    return this.#ask(CampaignSchema, 'POST', '/v1/campaigns', spec, headers);
  }
  check(spec: unknown): Promise<CampaignSpec> {
    return this.#ask(CampaignSpecSchema, 'POST', '/v1/campaigns/check', spec);
  }
  dataSet(name: string): Promise<DataSetReport> {
    return this.#ask(DataSetReportSchema, 'GET', `/v1/data-sets?${new URLSearchParams({ name })}`);
  }
  async campaigns(archived = false): Promise<Campaign[]> {
    return (await this.#ask(CampaignListSchema, 'GET', `/v1/campaigns?archived=${archived}`)).items;
  }
  campaign(name: string): Promise<Campaign> {
    return this.#ask(CampaignSchema, 'GET', pathOf(name));
  }
  tell(name: string, verb: 'resume' | 'cancel'): Promise<Campaign> {
    return this.#ask(CampaignSchema, 'POST', pathOf(name, `/${verb}`));
  }
  async events(name: string, limit: number, kind?: string): Promise<CampaignEvent[]> {
    const query = new URLSearchParams({ limit: String(limit), ...(kind !== undefined && { kind }) });
    return (await this.#ask(EventListSchema, 'GET', pathOf(name, `/events?${query}`))).items;
  }
  pause(name: string, request: PauseRequest): Promise<Campaign> {
    return this.#ask(CampaignSchema, 'POST', pathOf(name, '/pause'), request);
  }
  archive(name: string): Promise<Campaign> {
    return this.#ask(CampaignSchema, 'POST', pathOf(name, '/archive'));
  }
  delete(name: string, request: DeleteRequest): Promise<Deletion> {
    return this.#ask(DeletionSchema, 'POST', pathOf(name, '/delete'), request);
  }
  extend(name: string, request: ExtendRequest): Promise<Extension> {
    return this.#ask(ExtensionSchema, 'POST', pathOf(name, '/extend'), request);
  }
  retryFailed(name: string, request: RetryRequest): Promise<Retry> {
    return this.#ask(RetrySchema, 'POST', pathOf(name, '/retry-failed'), request);
  }
  reprice(name: string, request: RepriceRequest): Promise<Front> {
    return this.#ask(FrontSchema, 'POST', pathOf(name, '/reprice'), request);
  }
  reevaluate(name: string, request: ReevaluateRequest): Promise<Reevaluation> {
    return this.#ask(ReevaluationSchema, 'POST', pathOf(name, '/reevaluate'), request);
  }
  stopReevaluation(name: string): Promise<Reevaluation> {
    return this.#ask(ReevaluationSchema, 'POST', pathOf(name, '/reevaluate/stop'));
  }
  reevaluation(name: string): Promise<Reevaluation> {
    return this.#ask(ReevaluationSchema, 'GET', pathOf(name, '/reevaluation'));
  }
  front(name: string): Promise<Front> {
    return this.#ask(FrontSchema, 'GET', pathOf(name, '/front'));
  }
  candidates(name: string, query: Record<string, string>): Promise<CandidatePage> {
    const search = new URLSearchParams(query).toString();
    return this.#ask(CandidatePageSchema, 'GET', pathOf(name, `/candidates?${search}`));
  }
  /** All pages of them. */
  async allCandidates(name: string, query: Record<string, string> = {}): Promise<Candidate[]> {
    const items: Candidate[] = [];
    for (let after: string | null = ''; after !== null;) {
      const page: CandidatePage = await this.candidates(name, { limit: '200', ...query, ...(after && { after }) });
      items.push(...page.items);
      after = page.next;
    }
    return items;
  }
  candidate(id: string): Promise<CandidateDetail> {
    return this.#ask(CandidateDetailSchema, 'GET', `/v1/candidates/${encodeURIComponent(id)}`);
  }
  async workers(): Promise<Worker[]> {
    return (await this.#ask(WorkerListSchema, 'GET', '/v1/workers')).items;
  }

  async drain(worker: string): Promise<void> {
    await this.#ask(z.unknown(), 'POST', `/v1/workers/${encodeURIComponent(worker)}/drain`);
  }

  async #ask<T>(
    contract: z.ZodType<T>,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    let response: Response;
    try {
      response = await fetch(new URL(path, this.url), {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
    } catch {
      throw new CommandError(
        'unavailable',
        `the API at ${this.url} does not answer: start the stack with \`npx espalier up\`, or set ESPALIER_API_URL to another one`,
      );
    }
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw problemError(response.status, ProblemSchema.safeParse(answer).data);
    return contract.parse(answer);
  }
}

const pathOf = (campaign: string, rest = ''): string => `/v1/campaigns/${encodeURIComponent(campaign)}${rest}`;

function problemError(status: number, problem: Problem | undefined): CommandError {
  if (!problem) return new CommandError('unavailable', `the API answered ${status}`);
  const fields = fieldLines(problem.errors ?? []);
  const kind = status === 404 ? 'notFound' : status === 409 ? 'conflict' : status >= 500 ? 'unavailable' : 'invalid';
  return new CommandError(
    kind,
    fields.length > 0 ? [`${problem.title}:`, ...fields].join('\n') : problem.detail,
    problem,
  );
}
