import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@espalier/store/migrate';
import type { Logger } from 'pino';
import type { ComponentSpec } from './component.js';
import { postgresFolder } from './home.js';
import { nodeComponents, type NodeComponentOptions } from './node-components.js';
import { databaseUrl, ensureDatabase, postgresComponent } from '../postgres/postgres.js';
import { identify, stopProcess, type ProcessIdentity } from './process-identity.js';
import { StackError } from './stack-error.js';
import { readStackState, removeStackState, writeStackState, type StackPorts, type StackState } from './stack-state.js';
import { accepts, temporalComponent } from '../temporal.js';

const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 15_000;
const LONGEST_BACKOFF_MS = 10_000;

interface Running {
  readonly spec: ComponentSpec;
  child: ChildProcess;
  identity: ProcessIdentity;
  restarts: number;
}

/**
 * Starts the stack's processes in order, restarts those that die, and stops them in reverse. The
 * supervisor has a process of its own, so that the command which started it may end.
 */
export class Supervisor {
  readonly #running = new Map<ComponentSpec['name'], Running>();
  #phase: StackState['phase'] = 'starting';
  #message = '';

  constructor(
    private readonly home: string,
    private readonly ports: StackPorts,
    private readonly log: Logger,
    private readonly options: NodeComponentOptions = {},
  ) {}

  async start(): Promise<void> {
    try {
      await this.#stopLeftovers();
      await this.#checkPorts();
      const folders = postgresFolder(this.home);
      this.#say('starting Postgres');
      await this.#launch(await postgresComponent(folders.data, this.ports.postgres, folders.shared));
      await ensureDatabase(this.ports.postgres);
      const applied = await migrate(databaseUrl(this.ports.postgres));
      if (applied.length > 0) this.log.info({ applied }, 'applied migrations');
      this.#say('starting Temporal');
      await this.#launch(
        temporalComponent(join(this.home, 'temporal.sqlite'), this.ports.temporal, this.ports.temporalUi),
      );
      for (const spec of nodeComponents(this.home, this.ports, this.options)) {
        this.#say(`starting the ${spec.name}`);
        await this.#launch(spec);
      }
      this.#phase = 'ready';
      this.#say('ready');
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.log.error({ error }, 'the stack does not start');
      await this.#stopAll();
      this.#phase = 'failed';
      this.#say(message);
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#phase = 'stopping';
    this.#say('stopping');
    await this.#stopAll();
    removeStackState(this.home);
  }

  async #stopAll(): Promise<void> {
    this.#phase = 'stopping';
    const reversed = [...this.#running.values()].reverse();
    for (const { spec, identity } of reversed) await stopProcess(identity, spec.stopSignal, STOP_GRACE_MS);
    this.#running.clear();
  }

  /** Stops the processes of a killed supervisor, which hold ports and files. */
  async #stopLeftovers(): Promise<void> {
    const left = readStackState(this.home);
    if (!left) return;
    for (const [name, identity] of Object.entries(left.components).reverse()) {
      this.log.warn({ name, pid: identity.pid }, 'stopping a process that an earlier stack left');
      await stopProcess(identity, name === 'postgres' ? 'SIGINT' : 'SIGTERM', STOP_GRACE_MS);
    }
  }

  async #checkPorts(): Promise<void> {
    for (const [name, port] of Object.entries(this.ports)) {
      if (await accepts(port as number)) {
        throw new StackError(
          `port ${String(port)} (for ${name}) is in use by another program: stop that, or choose other ports with --port-base N or ESPALIER_PORT_BASE=N`,
        );
      }
    }
  }

  async #launch(spec: ComponentSpec): Promise<void> {
    const running: Running = { spec, ...this.#spawn(spec), restarts: 0 };
    this.#running.set(spec.name, running);
    this.#watch(running);
    this.#publish();
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await spec.isReady())) {
      if (running.restarts >= 3 || Date.now() > deadline) {
        throw new StackError(`${spec.name} does not start; its log is ${join(this.home, 'logs', `${spec.name}.log`)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  #spawn(spec: ComponentSpec): { child: ChildProcess; identity: ProcessIdentity } {
    const logs = join(this.home, 'logs');
    mkdirSync(logs, { recursive: true });
    const log = openSync(join(logs, `${spec.name}.log`), 'a');
    const child = spawn(spec.command, spec.args, {
      env: { ...process.env, ...spec.env },
      stdio: ['ignore', log, log],
      cwd: '/',
      ...(spec.user ?? {}),
    });
    closeSync(log);
    child.on('error', (error) => this.log.error({ error, component: spec.name }, 'cannot be started'));
    return { child, identity: identify(child.pid ?? 0) };
  }

  #watch(running: Running): void {
    running.child.once('exit', (code, signal) => {
      if (this.#phase === 'stopping') return;
      const { name } = running.spec;
      running.restarts++;
      const delay = Math.min(LONGEST_BACKOFF_MS, 500 * 2 ** Math.min(running.restarts - 1, 5));
      this.log.warn({ component: name, code, signal, delay }, 'ended; starting it again');
      setTimeout(() => {
        if (this.#phase === 'stopping') return;
        Object.assign(running, this.#spawn(running.spec));
        this.#watch(running);
        this.#publish();
      }, delay);
    });
  }

  #say(message: string): void {
    this.#message = message;
    this.#publish();
  }

  #publish(): void {
    const components = Object.fromEntries(
      [...this.#running.values()].map(({ spec, identity, restarts }) => [spec.name, { ...identity, restarts }]),
    );
    writeStackState(this.home, {
      supervisor: identify(process.pid),
      ports: this.ports,
      phase: this.#phase,
      message: this.#message,
      components,
    });
  }
}
