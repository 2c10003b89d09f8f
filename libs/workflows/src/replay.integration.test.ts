import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from '@jest/globals';

// Binary, since the SDK's JSON reader fails with the protobufjs that npm gives it ("type must be a
// Type").
const HISTORIES = new URL('../histories/', import.meta.url);
const workflowsPath = fileURLToPath(new URL('../dist/index.js', import.meta.url));

const historyIn = (file: string): temporal.api.history.v1.History =>
  temporal.api.history.v1.History.decode(readFileSync(new URL(file, HISTORIES)));

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

describe('the workflows of this version take the same steps as recorded in', () => {
  it.each(readdirSync(HISTORIES))('%s', async (file) => {
    await expect(Worker.runReplayHistory({ workflowsPath }, historyIn(file))).resolves.toBeUndefined();
  });

  it('and a history with another step is noticed', async () => {
    const history = historyIn('candidate-completed.binpb');
    const type = history.events.find((event) => event.activityTaskScheduledEventAttributes)
      ?.activityTaskScheduledEventAttributes?.activityType;
    if (type) type.name = 'other';
    await expect(Worker.runReplayHistory({ workflowsPath }, history)).rejects.toThrow(/determinism/i);
  });
});
