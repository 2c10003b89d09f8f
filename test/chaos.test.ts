import { Client, Connection } from '@temporalio/client';
import type { Campaign, CampaignSpecInput } from '@espalier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ChaosStack } from './chaos/chaos-stack.js';
import { describeFault, faultPlan, killPlan, type PlannedFault } from './chaos/fault-plan.js';
import { expectNothingLost } from './chaos/invariants.js';
import { until } from './stack-under-test.js';

const RUNS = Number(process.env.ESPALIER_CHAOS_RUNS ?? 2);
const FIRST_SEED = Number(process.env.ESPALIER_CHAOS_SEED ?? 1);
const FAULTS = 6;
const CANDIDATES = 9;
const WINDOW_OF_ONE = 6;
const SECONDS = 360;

const spec = (name: string, change: Partial<CampaignSpecInput>): CampaignSpecInput => ({
  name,
  network: 'lenet-5',
  data: 'mnist',
  batch: 16,
  space: {
    density: { conv1: [0.2, 0.8], conv2: [0.05, 0.5], fc1: [0.02, 0.3], fc2: [0.2, 1] },
    fineTune: { epochs: [3, 5], imagesPerEpoch: 1100 },
  },
  budget: { candidates: CANDIDATES },
  subset: { trainingImages: 2200 },
  ...change,
});

async function post(stack: ChaosStack, path: string, body: object): Promise<number> {
  const { status } = await fetch(stack.api + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return status;
}

async function launch(stack: ChaosStack, campaign: CampaignSpecInput): Promise<void> {
  expect(await post(stack, '/v1/campaigns', campaign)).toBe(201);
}

/**
 * Waits for the campaign's end while faults happen to it, each beginning some time after the one
 * before.
 */
async function live(stack: ChaosStack, name: string, plan: readonly PlannedFault[]): Promise<number> {
  const lasting: Promise<boolean>[] = [];
  let isOver = false;
  const faults = (async () => {
    for (const { afterSeconds, fault } of plan) {
      await new Promise((resolve) => setTimeout(resolve, 1000 * afterSeconds));
      if (isOver) break;
      lasting.push(stack.apply(fault));
    }
    return Promise.all(lasting);
  })();
  await until(
    `campaign ${name} is over`,
    async () => {
      const response = await fetch(`${stack.api}/v1/campaigns/${name}`, { signal: AbortSignal.timeout(5000) });
      return response.ok && ((await response.json()) as Campaign).state === 'completed';
    },
    SECONDS,
  );
  isOver = true;
  return (await faults).filter(Boolean).length;
}

describe('whatever happens to a campaign', () => {
  let stack: ChaosStack;
  let temporal: Client;
  beforeAll(async () => {
    stack = await ChaosStack.start(18_530);
    temporal = new Client({ connection: Connection.lazy({ address: stack.temporalAddress }) });
  });
  afterAll(async () => {
    await temporal.connection.close();
    await stack.stop();
  });

  it.each(Array.from({ length: RUNS }, (_, i) => FIRST_SEED + i))(
    'nothing is lost, done twice or left behind: seed %i',
    async (seed) => {
      const name = `chaos-${seed}`;
      const plan = faultPlan(seed, FAULTS);
      const described = plan.map(({ fault }) => describeFault(fault)).join(', ');
      process.stderr.write(`seed ${seed} begins; its faults: ${described}\n`);
      // Eight runs share a dense network, so that most faults meet candidates; a number of images
      // of its own sees to it that no run is answered by the one before.
      const base = spec(name, {
        parallelism: 3,
        strategy: { name: seed % 2 === 0 ? 'frontier' : 'nsga2', seed: Math.ceil(seed / 8) },
        ...(seed % 3 === 0 && { rungs: { epochs: [1, 3], keep: 0.4 } }),
      });
      base.space.fineTune = { epochs: [4, 8], imagesPerEpoch: 2000 + (seed % 200) };
      await launch(stack, base);
      const faults = await live(stack, name, plan);
      const again = await expectNothingLost(stack, temporal, name, CANDIDATES);
      // An attempt goes on from its last checkpoint: whole epochs are done again only where one was
      // damaged.
      expect(again.epochs).toBeLessThanOrEqual(stack.corrupted.size);
      // Its files would fill the disk before many runs were over.
      expect(await post(stack, `/v1/campaigns/${name}/delete`, { dryRun: false })).toBe(200);
      process.stderr.write(
        `seed ${seed}: ${faults} faults, ${again.attempts} attempts more, ${again.epochs} epochs again\n`,
      );
    },
  );
});

describe('a campaign with a window of one candidate', () => {
  interface Outcome {
    candidates: unknown[];
    front: unknown[];
  }
  const run = async (plan: readonly PlannedFault[]): Promise<Outcome> => {
    const stack = await ChaosStack.start(18_530);
    try {
      await launch(
        stack,
        spec('same', { parallelism: 1, strategy: { name: 'nsga2', seed: 3 }, budget: { candidates: WINDOW_OF_ONE } }),
      );
      const faults = await live(stack, 'same', plan);
      expect(faults).toBeGreaterThanOrEqual(plan.length - 2);
      const rows = await stack.database.candidate.findMany({
        include: { frontPoint: true },
        orderBy: { number: 'asc' },
      });
      return {
        candidates: rows.map(({ schedule, accuracy, energy, artifactHash }) => ({
          schedule,
          accuracy,
          energy,
          artifactHash,
        })),
        front: rows.filter(({ frontPoint }) => frontPoint !== null).map(({ number }) => number),
      };
    } finally {
      await stack.stop();
    }
  };

  it('comes to the same candidates, accuracies and front, bit for bit, when it is killed ten times', async () => {
    const undisturbed = await run([]);
    expect(undisturbed.candidates).toHaveLength(WINDOW_OF_ONE);
    expect(await run(killPlan(1, 10))).toEqual(undisturbed);
  });
});
