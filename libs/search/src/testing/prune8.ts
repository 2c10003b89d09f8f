/** `prune8`, a stand-in for a campaign: eight layers, loss and energy, both minimised. */
export function prune8(density: Record<string, number>): [number, number] {
  const e = [0.1, 0.16, 0.12, 0.1, 0.07, 0.27, 0.13, 0.05];
  const s = [4, 2.5, 2, 1.8, 1.5, 0.8, 0.7, 1.2];
  const p = [3, 2.5, 2.5, 2.5, 2.5, 4, 4, 3];
  const d = e.map((_, i) => 0.02 + 0.98 * density[`layer${i + 1}`]);
  const r = d.map((each) => 1 - each);
  let L = 0;
  for (let i = 0; i < 8; i++) L += s[i] * r[i] ** p[i] + (i < 7 ? 3 * (r[i] * r[i + 1]) ** 4 : 0);
  return [1 - Math.exp(-0.35 * L), e.reduce((sum, each, i) => sum + each * (0.25 * Math.sqrt(d[i]) + 0.75 * d[i]), 0)];
}
