import { DefaultLogger, Runtime, type LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';

const PINO_LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/**
 * Sends the logs of Temporal and of activities to the process's own. The process handles signals
 * itself.
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
