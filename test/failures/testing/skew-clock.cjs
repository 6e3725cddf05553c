/**
 * Preloaded into a service (`node --require`): its wall clock jumps by CLOCK_SKEW_MS at SIGUSR2, and back at the next
 * one. Timers and performance.now() are not touched, as with a real clock that is set.
 */
const Real = Date;
const skew = Number(process.env.CLOCK_SKEW_MS);
let offset = 0;
process.on('SIGUSR2', () => {
  offset = offset === 0 ? skew : 0;
});

globalThis.Date = class Date extends Real {
  constructor(...args) {
    if (args.length === 0) super(Real.now() + offset);
    else super(...args);
  }

  static now() {
    return Real.now() + offset;
  }
};
