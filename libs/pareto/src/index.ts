export { bestByRank, type RankedPoint } from './best-by-rank.js';
export { crowdingDistance } from './crowding-distance.js';
export { dominates } from './dominates.js';
export { front } from './front.js';
export { hypervolume } from './hypervolume.js';
export { nonDominatedSort } from './non-dominated-sort.js';
