import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import type { StackState } from '@espalier/embedded';

const CLI = fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url));

export interface Answer {
  code: number;
  stdout: string;
  stderr: string;
}

/** A stack of its own, in a temporary home and on its own ports, driven by the real command. */
export class StackUnderTest {
  readonly home = mkdtempSync(join(tmpdir(), 'espalier-home-'));
  readonly env: NodeJS.ProcessEnv;

  constructor(readonly portBase: number) {
    // Postgres runs as another user when the tests run as root.
    chmodSync(this.home, 0o755);
    this.env = { ...process.env, ESPALIER_HOME: this.home, ESPALIER_PORT_BASE: String(portBase), NO_COLOR: '1' };
    delete this.env.ESPALIER_API_URL;
  }

  get api(): string {
    return `http://127.0.0.1:${this.portBase + 5}`;
  }

  /** Runs the command to its end. */
  espalier(...args: string[]): Promise<Answer> {
    return this.start(...args).ended;
  }

  /**
   * As a person at a terminal of 100 columns and 40 rows runs it. @returns all that the terminal
   * was sent
   */
  async onTerminal(...args: string[]): Promise<string> {
    const command = ['stty cols 100 rows 40;', process.execPath, CLI, ...args].join(' ');
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return stripVTControlCharacters(await text(child.stdout));
  }

  start(...args: string[]): { child: ChildProcess; ended: Promise<Answer> } {
    const child = spawn(process.execPath, [CLI, ...args], { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const answer = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (answer.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (answer.stderr += chunk.toString()));
    const ended = new Promise<Answer>((resolve) =>
      child.on('close', (code) => resolve({ code: code ?? -1, ...answer })),
    );
    return { child, ended };
  }

  state(): StackState {
    return JSON.parse(readFileSync(join(this.home, 'stack.json'), 'utf8')) as StackState;
  }

  pid(name: keyof StackState['components']): number {
    return this.state().components[name]?.pid ?? 0;
  }

  /** Kills the stack as a power cut does: every process at once, children of children too. */
  killEverything(): void {
    const { supervisor, components } = this.state();
    const roots = [supervisor.pid, ...Object.values(components).map(({ pid }) => pid)];
    for (const pid of [...roots, ...roots.flatMap(descendants)]) kill(pid);
  }

  write(name: string, content: string): string {
    const path = join(this.home, name);
    writeFileSync(path, content);
    return path;
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(this.api + path);
    return (await response.json()) as T;
  }

  async remove(): Promise<void> {
    await this.espalier('down');
    rmSync(this.home, { recursive: true, force: true });
  }
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function descendants(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => parentOf(each) === pid);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

export async function until<T>(what: string, look: () => Promise<T | undefined | false>, seconds = 120): Promise<T> {
  for (const deadline = Date.now() + 1000 * seconds; Date.now() < deadline;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what}: not within ${seconds} s`);
}
