import { LayerListSchema, type LayerList } from '@espalier/contracts';
import { alexnet } from './alexnet.js';
import { googlenet } from './googlenet.js';
import { mobilenetV2 } from './mobilenet-v2.js';
import { resnet18, resnet50 } from './resnet.js';
import { squeezenet } from './squeezenet.js';
import { vgg16 } from './vgg-16.js';

/** Networks of the literature, as shapes without weights: to price, not to train. */
export const PUBLISHED_NETWORKS: readonly LayerList[] = [
  alexnet,
  vgg16,
  googlenet,
  squeezenet,
  mobilenetV2,
  resnet18,
  resnet50,
].map((list) => LayerListSchema.parse(list));
