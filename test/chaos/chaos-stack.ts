import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { databaseUrl, portsFrom, type StackState } from '@espalier/embedded';
import { Supervisor } from '@espalier/embedded/testing';
import { openDatabase, type Database } from '@espalier/store';
import { pino } from 'pino';
import { descendants, kill } from '../stack-under-test.js';
import { LINKS, type Fault, type LinkName, type ProcessName } from './fault-plan.js';
import { TcpProxy } from './tcp-proxy.js';

const SKEWED_CLOCK = fileURLToPath(new URL('skewed-clock.mjs', import.meta.url));
const DISK_MEGABYTES = 1500;

/**
 * The whole stack with two workers, a link that can be cut between each two of its processes, and a
 * disk that can be filled.
 */
export class ChaosStack {
  readonly home = mkdtempSync(join(tmpdir(), 'espalier-chaos-'));
  readonly artifacts = join(this.home, 'artifacts');
  /** Checkpoints that were damaged on purpose. */
  readonly corrupted = new Set<string>();
  readonly database: Database;
  readonly #ports;
  readonly #proxies = new Map<LinkName, TcpProxy>();
  #supervisor: Supervisor | undefined;
  #hasOwnDisk = false;

  private constructor(portBase: number) {
    this.#ports = portsFrom(portBase);
    this.database = openDatabase(databaseUrl(this.#ports.postgres));
  }

  static async start(portBase: number): Promise<ChaosStack> {
    const stack = new ChaosStack(portBase);
    // Postgres runs as another user when the tests run as root.
    chmodSync(stack.home, 0o755);
    stack.#mountDisk();
    const ports = stack.#ports;
    for (const link of LINKS) {
      const target = link.split('>')[1] as 'temporal' | 'postgres' | 'api';
      stack.#proxies.set(link, await TcpProxy.to(ports[target]));
    }
    stack.#supervisor = new Supervisor(stack.home, ports, pino({ level: 'silent' }), {
      workers: 2,
      envOf: (name) => stack.#linksOf(name),
    });
    await stack.#supervisor.start();
    return stack;
  }

  get api(): string {
    return `http://127.0.0.1:${this.#ports.api}`;
  }

  get temporalAddress(): string {
    return `127.0.0.1:${this.#ports.temporal}`;
  }

  /**
   * Brings a fault about. One that lasts is over when this resolves. @returns whether there was
   * anything to do it to
   */
  async apply(fault: Fault): Promise<boolean> {
    switch (fault.kind) {
      case 'kill':
        kill(this.#pid(fault.process));
        return true;
      case 'kill-training': {
        const [training] = descendants(this.#pid(fault.worker));
        if (training !== undefined) kill(training);
        return training !== undefined;
      }
      case 'stop':
        return this.#stopFor(this.#pid(fault.process), fault.seconds);
      case 'cut':
      case 'delay': {
        const proxy = this.#proxies.get(fault.link);
        if (fault.kind === 'cut') proxy?.cut(true);
        else proxy?.delay(fault.milliseconds);
        await sleep(1000 * fault.seconds);
        proxy?.cut(false);
        proxy?.delay(0);
        return true;
      }
      case 'corrupt-checkpoint':
        return this.#corruptCheckpoint();
      case 'fill-disk':
        return this.#fillDiskFor(fault.seconds);
    }
  }

  /** Training processes that no worker of this stack has any more. */
  orphans(): number[] {
    const workers = [this.#pid('worker'), this.#pid('worker-2')].flatMap((pid) => [pid, ...descendants(pid)]);
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && !workers.includes(Number(name)))
      .filter((pid) => {
        const command = readIfThere(`/proc/${pid}/cmdline`);
        return command.includes('training-process-main') && command.includes(this.home);
      })
      .map(Number);
  }

  async stop(): Promise<void> {
    await this.database.$disconnect();
    await this.#supervisor?.stop();
    for (const proxy of this.#proxies.values()) await proxy.close();
    if (this.#hasOwnDisk) execFileSync('umount', [this.artifacts]);
    rmSync(this.home, { recursive: true, force: true });
  }

  #pid(name: ProcessName): number {
    const state = JSON.parse(readFileSync(join(this.home, 'stack.json'), 'utf8')) as StackState;
    return state.components[name].pid;
  }

  #linksOf(name: string): Record<string, string> {
    const port = (link: string): number | undefined => this.#proxies.get(link as LinkName)?.port;
    const [temporal, postgres, api] = ['temporal', 'postgres', 'api'].map((target) => port(`${name}>${target}`));
    return {
      ...(temporal !== undefined && { TEMPORAL_ADDRESS: `127.0.0.1:${temporal}` }),
      ...(postgres !== undefined && { DATABASE_URL: databaseUrl(postgres) }),
      ...(api !== undefined && { ESPALIER_API_URL: `http://127.0.0.1:${api}` }),
      ...(name === 'worker-2' && {
        NODE_OPTIONS: `--import ${SKEWED_CLOCK}`,
        ESPALIER_CHAOS_SKEW_SECONDS: '5400',
      }),
    };
  }

  async #stopFor(root: number, seconds: number): Promise<boolean> {
    const all = [root, ...descendants(root)];
    for (const pid of all) signal(pid, 'SIGSTOP');
    await sleep(1000 * seconds);
    for (const pid of all) signal(pid, 'SIGCONT');
    return true;
  }

  /**
   * Damages the newest checkpoint of a training that goes on; with a rung it may become a result
   * meanwhile.
   */
  async #corruptCheckpoint(): Promise<boolean> {
    const rows = await this.database.$queryRaw<{ hash: string }[]>`
      SELECT p.artifact_hash AS hash FROM checkpoints p JOIN candidates c ON p.training = 'candidate-' || c.id
       WHERE c.state = 'running' AND p.epoch < (c.schedule #>> '{fineTune,epochs}')::int
       ORDER BY p.epoch DESC LIMIT 1`.catch(() => []);
    if (rows.length === 0) return false;
    const [{ hash }] = rows;
    const path = join(this.artifacts, 'objects', hash.slice(0, 2), hash);
    if (!existsSync(path)) return false;
    const file = openSync(path, 'r+');
    writeSync(file, 'damaged', 1000);
    closeSync(file);
    this.corrupted.add(hash);
    return true;
  }

  /** Where the system lets us have one: the disk that the artifacts are on alone. */
  #mountDisk(): void {
    mkdirSync(this.artifacts);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MEGABYTES}m`, 'tmpfs', this.artifacts], {
        stdio: 'ignore',
      });
      this.#hasOwnDisk = true;
    } catch {
      this.#hasOwnDisk = false;
    }
  }

  async #fillDiskFor(seconds: number): Promise<boolean> {
    if (!this.#hasOwnDisk) return false;
    // One may still be there when the next begins.
    const filler = join(this.artifacts, `filler-${randomUUID()}`);
    // It ends with an error, when nothing more fits.
    await promisify(execFile)('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M']).catch(() => undefined);
    await sleep(1000 * seconds);
    rmSync(filler);
    return true;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
