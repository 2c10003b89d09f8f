/** The candidates of a campaign that run at once, and the messages that say which have finished. */
export class CandidateWindow {
  readonly #running = new Set<string>();
  readonly #messages: string[] = [];
  #started = 0;
  #finished = 0;

  /** Candidates that run now, in the order in which they started. */
  get running(): string[] {
    return [...this.#running];
  }

  get size(): number {
    return this.#running.size;
  }

  /** Starts in this workflow run; a candidate that was lost and started again counts twice. */
  get started(): number {
    return this.#started;
  }

  get finished(): number {
    return this.#finished;
  }

  get hasMessages(): boolean {
    return this.#messages.length > 0;
  }

  has(candidateId: string): boolean {
    return this.#running.has(candidateId);
  }

  start(candidateIds: readonly string[]): void {
    for (const candidateId of candidateIds) this.#running.add(candidateId);
    this.#started += candidateIds.length;
  }

  /** Notes messages of finished candidates; one message may come twice. */
  receive(candidateIds: readonly string[]): void {
    this.#messages.push(...candidateIds);
  }

  /** @returns the candidates of all messages since the last call */
  takeMessages(): string[] {
    return this.#messages.splice(0);
  }

  /** Takes finished candidates out of the window; others than its own change nothing. */
  finish(candidateIds: readonly string[]): void {
    for (const candidateId of candidateIds) if (this.#running.delete(candidateId)) this.#finished++;
  }

  /** Takes all candidates out of the window, unfinished. */
  clear(): void {
    this.#running.clear();
  }
}
