import { describe, expect, it } from '@jest/globals';
import { CampaignSpecSchema, fieldErrors, knownFields } from '../index.js';

const good = {
  name: 'a',
  network: 'lenet-5',
  data: 'mnist',
  space: { density: { conv1: [0.1, 1] } },
  budget: { candidates: 4 },
};

const longer = { ...good.space, fineTune: { epochs: [3, 3] } };

function refusal(change: object): string {
  const input = { ...good, ...change };
  const parsed = CampaignSpecSchema.safeParse(input, { error: knownFields });
  if (parsed.success) return 'accepted';
  const [{ field, message, value }] = fieldErrors(parsed.error.issues, input);
  return `${field}${value === undefined ? '' : ` = ${JSON.stringify(value)}`}: ${message}`;
}

describe('a campaign spec', () => {
  it('needs a name, a network, data, densities and a budget; all else has a default', () => {
    expect(CampaignSpecSchema.parse(good)).toMatchObject({
      accelerator: 'eyeriss',
      batch: 1,
      parallelism: 2,
      strategy: { name: 'frontier', seed: 1 },
      space: { criterion: ['magnitude', 'energy-aware'], fineTune: { epochs: [1, 1] } },
    });
  });

  it.each([
    [
      'a field that there is not',
      { colour: 'red' },
      /^colour = "red": there is no such field; there are name, network,/,
    ],
    [
      'a field within another that there is not',
      { budget: { candidates: 4, hours: 3 } },
      /^budget\.hours = 3: there is no such field; there are candidates,/,
    ],
    ['a density above 1', { space: { density: { conv1: [0.1, 1.5] } } }, /^space\.density\.conv1\.1 = 1\.5: .*<=1/],
    [
      'a range that is upside down',
      { space: { density: { conv1: [0.9, 0.1] } } },
      /^space\.density\.conv1: a range is \[low, high\]/,
    ],
    ['a space without layers', { space: { density: {} } }, /^space\.density: name at least one layer/],
    ['a budget of 0', { budget: { candidates: 0 } }, /^budget\.candidates = 0: .*>=1/],
    ['a name with spaces', { name: 'My Campaign' }, /^name = "My Campaign": a name of lower-case letters/],
    ['a strategy that there is not', { strategy: { name: 'magic' } }, /^strategy\.name = "magic"/],
    ['an accuracy above 1', { constraints: { accuracy: { min: 97 } } }, /^constraints\.accuracy\.min = 97/],
    ['no network', { network: undefined }, /^network: .*expected string or object, received undefined/],
    ['a network without a name', { network: '' }, /^network = "": .*>=1 characters/],
    ['a chip of which nothing is said', { accelerator: { name: 'mine' } }, /^accelerator\.\w+: .*received undefined/],
    [
      'a loop of what prunes while it trains',
      { space: { ...good.space, criterion: ['movement'], loop: { accuracyLoss: 0.01 } } },
      /^space\.loop.*: movement prunes while it trains/,
    ],
    [
      'rewinding without some filters',
      { space: { ...good.space, filters: { density: { conv1: [0.5, 1] } }, fineTune: { rewindTo: 1 } } },
      /^space\.fineTune\.rewindTo = 1: a network without some of its filters cannot be rewound/,
    ],
    [
      'a criterion of weights for filters',
      { space: { ...good.space, filters: { criterion: ['magnitude'], density: { conv1: [0.5, 1] } } } },
      /^space\.filters\.criterion\.0 = "magnitude"/,
    ],
    [
      'layers tied that are not searched',
      { space: { density: { conv1: [0.1, 1] }, tied: [['conv1', 'conv9']] } },
      /^space\.tied\.0.*: 'conv9' has no density to search/,
    ],
    [
      'layers tied whose ranges differ',
      { space: { density: { conv1: [0.1, 1], conv2: [0.2, 1] }, tied: [['conv1', 'conv2']] } },
      /^space\.tied\.0.*: conv1, conv2 have different ranges/,
    ],
    [
      'a layer that cannot be so little dense',
      { space: { density: { conv1: [0.1, 1], conv2: [0.2, 1] }, noDenser: [['conv2', 'conv1']] } },
      /^space\.noDenser\.0.*: 'conv2' has 0\.2 at least, and 'conv1' may have 0\.1/,
    ],
    ['no energy at all', { constraints: { energy: { max: 0 } } }, /^constraints\.energy\.max = 0/],
    [
      'rungs that do not rise',
      { space: longer, rungs: { epochs: [1, 1] } },
      /^rungs\.epochs: name epochs from the least to the most/,
    ],
    ['rungs beyond its training', { rungs: { epochs: [1] } }, /^rungs\.epochs: no candidate is trained for more/],
    [
      'rungs of what prunes while it trains',
      { space: { ...longer, criterion: ['movement'] }, rungs: { epochs: [1] } },
      /^rungs.*: movement has pruned when its training ends/,
    ],
  ])('is refused with %s, naming the field, the value and what is allowed', (_what, change, message) => {
    expect(refusal(change)).toMatch(message);
  });
});
