// Problems of two objectives, both minimised, over [0, 1]ⁿ. The constants go to the peers' script
// too, so that all search the same.

/**
 * Stand-ins for campaigns: `prune8` of the reference, and others with more layers and other
 * constants.
 */
export const PRUNE = {
  prune8: {
    e: [0.1, 0.16, 0.12, 0.1, 0.07, 0.27, 0.13, 0.05],
    s: [4, 2.5, 2, 1.8, 1.5, 0.8, 0.7, 1.2],
    p: [3, 2.5, 2.5, 2.5, 2.5, 4, 4, 3],
    coupling: 3,
  },
  prune12: variant(12, 1.5, 2),
  prune40: variant(40, 0.35, 1),
};

/** Energies that rise and fall over the depth, the first layers the most sensitive. */
function variant(layers, sensitivity, coupling) {
  const over = (f) => Array.from({ length: layers }, (_, i) => f((i + 0.5) / layers));
  const weights = over((at) => 0.3 + Math.sin(Math.PI * at) ** 2);
  const total = weights.reduce((sum, each) => sum + each, 0);
  return {
    e: weights.map((each) => each / total),
    s: over((at) => sensitivity * (0.4 + 2 * (1 - at) ** 2)),
    p: over((at) => 2.5 + 1.5 * at),
    coupling,
  };
}

const densities = (x) => x.map((each) => 0.02 + 0.98 * each);

export function energyOf({ e }, x) {
  return densities(x).reduce((sum, d, i) => sum + e[i] * (0.25 * Math.sqrt(d) + 0.75 * d), 0);
}

export function lossOf({ s, p, coupling }, x) {
  const r = densities(x).map((d) => 1 - d);
  let damage = 0;
  for (let i = 0; i < r.length; i++) {
    damage += s[i] * r[i] ** p[i] + (i + 1 < r.length ? coupling * (r[i] * r[i + 1]) ** 4 : 0);
  }
  return 1 - Math.exp(-0.35 * damage);
}

const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;

/**
 * A network that collapses when its first two layers keep too little: nothing of what is near warns
 * of it.
 */
export function lossWithCliff(constants, x) {
  const [first, second] = densities(x);
  return first < 0.15 || second < 0.15 ? 1 : lossOf(constants, x);
}

/**
 * What a choice of method, a strength that only one of them has, and a number of epochs make of the
 * same schedule.
 */
export function lossOfMixed(constants, { x, kind, strength, epochs }) {
  const gentler = { plain: 1, repaired: 0.85, strong: 0.7 + 2 * ((strength ?? 0) - 0.7) ** 2 }[kind];
  return 1 - (1 - lossOf(constants, x)) ** (gentler * (0.8 + 0.4 / epochs));
}
export const MIXED = {
  kind: { options: ['plain', 'repaired', 'strong'] },
  strength: { low: 0, high: 1, when: { kind: ['strong'] } },
  epochs: { low: 1, high: 5, integer: true },
};

/** Deb, Thiele, Laumanns & Zitzler 2005, of three objectives. */
export const DTLZ = {
  dtlz2: {
    ...{ variables: 12, reference: [2.5, 2.5, 2.5] },
    evaluate: (x) => {
      const g = 1 + x.slice(2).reduce((sum, each) => sum + (each - 0.5) ** 2, 0);
      const [a, b] = x.map((each) => (each * Math.PI) / 2);
      return [g * Math.cos(a) * Math.cos(b), g * Math.cos(a) * Math.sin(b), g * Math.sin(a)];
    },
  },
  dtlz7: {
    ...{ variables: 10, reference: [1.1, 1.1, 30] },
    evaluate: ([a, b, ...others]) => {
      const g = 1 + 9 * mean(others);
      const h = 3 - [a, b].reduce((sum, f) => sum + (f / (1 + g)) * (1 + Math.sin(3 * Math.PI * f)), 0);
      return [a, b, (1 + g) * h];
    },
  },
};

/**
 * Zitzler, Deb, Thiele 2000; ten variables for 4 and 6, as there, and ten instead of thirty for the
 * others.
 */
export const ZDT = {
  zdt1: (x) => zdt(x[0], 1 + 9 * mean(x.slice(1)), (f, g) => 1 - Math.sqrt(f / g)),
  zdt2: (x) => zdt(x[0], 1 + 9 * mean(x.slice(1)), (f, g) => 1 - (f / g) ** 2),
  zdt3: (x) =>
    zdt(x[0], 1 + 9 * mean(x.slice(1)), (f, g) => 1 - Math.sqrt(f / g) - (f / g) * Math.sin(10 * Math.PI * f)),
  zdt4: (x) => {
    const others = x.slice(1).map((each) => 10 * each - 5);
    const g = 1 + 10 * others.length + others.reduce((sum, y) => sum + y * y - 10 * Math.cos(4 * Math.PI * y), 0);
    return zdt(x[0], g, (f, of) => 1 - Math.sqrt(f / of));
  },
  zdt6: (x) => {
    const f = 1 - Math.exp(-4 * x[0]) * Math.sin(6 * Math.PI * x[0]) ** 6;
    return zdt(f, 1 + 9 * mean(x.slice(1)) ** 0.25, (f1, g) => 1 - (f1 / g) ** 2);
  },
};
const zdt = (f, g, h) => [f, g * h(f, g)];
export const ZDT_VARIABLES = 10;
/** Beyond the front, and near enough that the hypervolume tells fronts apart. */
export const ZDT_REFERENCE = { zdt1: [1.1, 1.1], zdt2: [1.1, 1.1], zdt3: [1.1, 1.1], zdt4: [1.1, 60], zdt6: [1.1, 4] };
