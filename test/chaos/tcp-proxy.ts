import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A link between two processes that can be cut and slowed down, as by Toxiproxy, which is a program
 * of its own and on no package registry.
 */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #delayMs = 0;

  private constructor(private readonly target: number) {
    this.#server = createServer((from) => this.#link(from));
  }

  static async to(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve, reject) =>
      proxy.#server.once('error', reject).listen(0, '127.0.0.1', () => resolve()),
    );
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Drops all connections and refuses new ones, or no longer. */
  cut(isCut: boolean): void {
    this.#isCut = isCut;
    if (isCut) for (const socket of this.#sockets) socket.destroy();
  }

  /** Holds back what is sent, in both directions. */
  delay(milliseconds: number): void {
    this.#delayMs = milliseconds;
  }

  async close(): Promise<void> {
    this.cut(true);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #link(from: Socket): void {
    if (this.#isCut) {
      from.destroy();
      return;
    }
    const to = connect({ port: this.target, host: '127.0.0.1' });
    this.#pass(from, to);
    this.#pass(to, from);
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    void (async () => {
      try {
        for await (const chunk of from as AsyncIterable<Buffer>) {
          if (this.#delayMs > 0) await sleep(this.#delayMs);
          if (to.destroyed) return;
          if (!to.write(chunk)) await new Promise((resolve) => to.once('drain', resolve).once('close', resolve));
        }
        to.end();
      } catch {
        // The connection was cut.
      }
    })();
  }
}
