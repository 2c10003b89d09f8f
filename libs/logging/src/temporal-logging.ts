import { DefaultLogger, Runtime, type LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';

const PINO_LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/**
 * Sends Temporal's and the activities' log into the process's own. Signals are handled by the
 * process.
 */
export function logTemporalTo(log: Logger): void {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger(
      'INFO',
      ({ level, message, meta }: { level: LogLevel; message: string; meta?: object }) => {
        log[PINO_LEVELS[level]](meta ?? {}, message);
      },
    ),
  });
}
