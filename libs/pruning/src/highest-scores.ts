import quickselect from 'quickselect';

/**
 * The mask of the `count` highest scores; of equal ones the first.
 *
 * @param count from 0 to the number of scores
 * @returns 1 where a score is among the highest, else 0
 */
export function highestScores(scores: ArrayLike<number>, count: number): Float32Array {
  const mask = new Float32Array(scores.length);
  if (count <= 0) return mask;
  const place = Math.max(0, scores.length - count);
  const inPart = Float64Array.from(scores);
  // It works on whatever has numbers in places; its types say arrays.
  quickselect(inPart as unknown as number[], place);
  const threshold = inPart[place];
  let left = count;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] > threshold) {
      mask[i] = 1;
      left--;
    }
  }
  for (let i = 0; i < scores.length && left > 0; i++) {
    if (scores[i] === threshold) {
      mask[i] = 1;
      left--;
    }
  }
  return mask;
}

/**
 * How many of a layer's weights a density keeps: at least one, so that no schedule removes a whole
 * layer.
 */
export function keptWeights(total: number, density: number): number {
  return Math.max(1, Math.min(total, Math.round(total * density)));
}
