/** How the learning rate goes over a training, `peak` being its largest. */
export type LearningRateSchedule =
  | { readonly name: 'constant'; readonly peak: number }
  /** Falls from the peak to 0 along half a cosine (Loshchilov & Hutter 2017). */
  | { readonly name: 'cosine'; readonly peak: number }
  /**
   * Rises from peak/25 over the first `warmUp` of the steps, then falls to 0, both along cosines
   * (Smith & Topin 2018).
   */
  | { readonly name: 'one-cycle'; readonly peak: number; readonly warmUp: number };

const ONE_CYCLE_START = 1 / 25;

/** @param done the share of the training that is done, from 0 to 1 */
export function learningRateAt(schedule: LearningRateSchedule, done: number): number {
  const { peak } = schedule;
  switch (schedule.name) {
    case 'constant':
      return peak;
    case 'cosine':
      return peak * cosineFall(done);
    case 'one-cycle': {
      const { warmUp } = schedule;
      if (done < warmUp) return peak * (1 - (1 - ONE_CYCLE_START) * cosineFall(done / warmUp));
      return peak * cosineFall((done - warmUp) / (1 - warmUp));
    }
  }
}

const cosineFall = (at: number): number => 0.5 * (1 + Math.cos(Math.PI * at));
