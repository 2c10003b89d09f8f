// A stand-in for a campaign: eight layers, each kept to a part of its weights. How much accuracy is
// lost has to be found out; the energy is known beforehand. npx espalier search --problem
// examples/search/prune8.mjs
const E = [0.1, 0.16, 0.12, 0.1, 0.07, 0.27, 0.13, 0.05];
const S = [4, 2.5, 2, 1.8, 1.5, 0.8, 0.7, 1.2];
const P = [3, 2.5, 2.5, 2.5, 2.5, 4, 4, 3];
const layers = E.map((_, i) => `layer${i + 1}`);

export const space = Object.fromEntries(layers.map((layer) => [layer, { low: 0.02, high: 1, density: true }]));
export const reference = [1, 1];
export const share = true;

export const known = (densities) =>
  layers.reduce((sum, layer, i) => sum + E[i] * (0.25 * Math.sqrt(densities[layer]) + 0.75 * densities[layer]), 0);

export function evaluate(densities) {
  const pruned = layers.map((layer) => 1 - densities[layer]);
  const damage = pruned.reduce((sum, r, i) => sum + S[i] * r ** P[i] + (i < 7 ? 3 * (r * pruned[i + 1]) ** 4 : 0), 0);
  return [1 - Math.exp(-0.35 * damage), known(densities)];
}
