import { pino } from 'pino';
import { Supervisor } from './supervisor.js';
import { portsFrom } from './stack-state.js';

const [home, portBase] = process.argv.slice(2);
const log = pino({ name: 'supervisor' });
const supervisor = new Supervisor(home, portsFrom(Number(portBase)), log);

let stopping: Promise<void> | undefined;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    stopping ??= supervisor.stop().then(() => process.exit(0));
  });
}
// The reason is in stack.json, for the command that waits.
supervisor.start().catch(() => (stopping ? undefined : process.exit(1)));
