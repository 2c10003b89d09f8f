// Loaded into a worker before anything else: its clock, as JavaScript sees it, goes wrong by
// ESPALIER_CHAOS_SKEW_SECONDS.
const skew = 1000 * Number(process.env.ESPALIER_CHAOS_SKEW_SECONDS);
const TrueDate = Date;
globalThis.Date = class extends TrueDate {
  constructor(...args) {
    super(...(args.length === 0 ? [TrueDate.now() + skew] : args));
  }
  static now() {
    return TrueDate.now() + skew;
  }
};
