import { proxyActivities } from '@temporalio/workflow';

const { noOp } = proxyActivities({ startToCloseTimeout: '1 minute' });

/** As many activities as a candidate has, that do nothing. */
export async function sixNoOps() {
  for (let i = 0; i < 6; i++) await noOp();
}

/** The least that a candidate could be to Temporal. */
export async function oneNoOp() {
  await noOp();
}
