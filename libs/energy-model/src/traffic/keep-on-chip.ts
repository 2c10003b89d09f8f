import type { Accelerator } from '../accelerator.js';
import { tileExtents } from './check-capacity.js';
import type { LayerTraffic } from './count-traffic.js';
import { energyTerms } from '../pricing/energy-terms.js';
import { loopNest } from './loop-nest.js';
import type { MappedLayer } from '../pricing/price-layer.js';
import { mappingContext, wordsTaken } from '../search/mapping-context.js';

/**
 * Lets tensors stay on the chip between the layer that makes them and those that take them, where
 * they fit beside the tiles of all layers that run in between. Such a tensor is neither written to
 * the outermost level nor read from it; it waits in the outermost level on the chip that holds
 * inputs. Tensors are kept in the order in which they are made.
 *
 * @param sources for each layer the places of those whose outputs it takes; those of the network's
 *   input are none
 */
export function keepOnChip(
  layers: readonly MappedLayer[],
  sources: readonly (readonly number[])[],
  batch: number,
  accelerator: Accelerator,
): MappedLayer[] {
  const place = accelerator.levels.findIndex(({ holds }, i) => i > 0 && holds.includes('inputs'));
  const level = accelerator.levels[place] as Accelerator['levels'][number] | undefined;
  if (level === undefined || (level.sharedAlong && level.sharedAlong.length < accelerator.array.length)) {
    return [...layers];
  }
  const room =
    level.words === undefined
      ? Infinity
      : typeof level.words === 'number'
        ? level.words
        : (level.words.inputs ?? Infinity);
  const free = layers.map((layer) => room - wordsInUse(layer, place, batch, accelerator));
  const lastUse = layers.map((_, i) =>
    Math.max(-1, ...sources.flatMap((from, user) => (from.includes(i) ? [user] : []))),
  );
  const kept = layers.map((layer, i) => {
    if (lastUse[i] < 0) return false;
    const words = (outputsOf(layer) * accelerator.bits.inputs) / level.wordBits;
    const span = free.slice(i, lastUse[i] + 1);
    if (span.some((each) => each < words)) return false;
    for (let j = i; j <= lastUse[i]; j++) free[j] -= words;
    return true;
  });
  return layers.map((layer, i) => {
    const inputsWait = sources[i].length > 0 && sources[i].every((source) => kept[source]);
    if (!kept[i] && !inputsWait) return layer;
    const traffic = stayed(layer.traffic, place, kept[i], inputsWait, accelerator);
    return { ...layer, traffic, terms: energyTerms(traffic, accelerator) };
  });
}

function outputsOf({ traffic }: MappedLayer): number {
  return traffic.levels[0].partialSums.finished;
}

/** Words that a layer's tiles take at a level. */
function wordsInUse({ shape, mapping }: MappedLayer, place: number, batch: number, accelerator: Accelerator): number {
  if ('operations' in shape) return 0;
  const layer = mappingContext(shape, batch, accelerator);
  const tile = tileExtents(loopNest(shape, batch, mapping, accelerator), place, accelerator);
  return wordsTaken(layer, place, tile).reduce((sum, words) => sum + words, 0);
}

/** A layer's traffic without that of the tensors that stay at a level. */
function stayed(
  traffic: LayerTraffic,
  place: number,
  outputsStay: boolean,
  inputsWait: boolean,
  { levels }: Accelerator,
): LayerTraffic {
  const changed = traffic.levels.map(({ weights, inputs, partialSums }) => ({
    weights,
    inputs: { ...inputs },
    partialSums: { ...partialSums },
  }));
  if (inputsWait) {
    changed[0].inputs.read = 0;
    changed[place].inputs.filled = 0;
  }
  if (outputsStay) {
    const outputs = changed[0].partialSums.finished;
    changed[0].partialSums.written -= outputs;
    changed[0].partialSums.finished = 0;
    const below = levels.findIndex(({ holds }, i) => i > 0 && holds.includes('partialSums'));
    // Where partial sums live there already, outputs need not leave; else they arrive as inputs to
    // come.
    if (below === place) changed[place].partialSums.drained -= outputs;
    else changed[place].inputs.filled += outputs;
  }
  return { ...traffic, levels: changed };
}
