// Installs TensorFlow's library from its Python wheel, and builds the addons that join Node to it
// (docs/decisions/0003-tensorflow-from-the-wheel.md). Both stay in the per-user cache by version,
// so that a second checkout takes seconds.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { listGpus } from '../libs/machine/src/gpus.mjs';
import { python } from '../libs/machine/src/requirements.mjs';
import { makeFolder, run, say } from './steps.mjs';

const VERSION = '2.21.0';

/** 'gpu' when ESPALIER_TENSORFLOW says so, or is absent and there is a GPU; else 'cpu'. */
export function tensorflowFlavour() {
  const asked = process.env.ESPALIER_TENSORFLOW;
  if (asked === 'cpu' || asked === 'gpu') return asked;
  return listGpus().length > 0 ? 'gpu' : 'cpu';
}

/** The requirement that pip installs. */
export function tensorflowRequirement() {
  return tensorflowFlavour() === 'gpu' ? `tensorflow[and-cuda]==${VERSION}` : `tensorflow-cpu==${VERSION}`;
}

/** The folder of the wheel, which may not exist yet. */
export function tensorflowWheel(cache) {
  return join(cache, `tensorflow-${tensorflowFlavour()}-${VERSION}`);
}

export function installTensorFlow(root, cache) {
  const flavour = tensorflowFlavour();
  const requirement = tensorflowRequirement();
  const wheel = tensorflowWheel(cache);
  makeFolder(wheel, (folder) => {
    const size = flavour === 'gpu' ? 6.2 : 1.2;
    say(`Installing ${requirement} (${size} GB unpacked; one to five minutes, once per user)`);
    // The CPU library needs nothing of Python; the GPU one needs NVIDIA's packages, which are
    // dependencies.
    const dependencies = flavour === 'gpu' ? [] : ['--no-deps'];
    run('pip install', python, ['-m', 'pip', 'install', '--quiet', ...dependencies, '--target', folder, requirement]);
  });
  if (flavour === 'gpu') linkSolver(wheel);
  const tensorflow = join(wheel, 'tensorflow');
  const tfjs = join(root, 'node_modules/@tensorflow/tfjs-node-gpu');
  const include = join(root, 'node_modules/node-api-headers/include');
  buildAddon(cache, {
    name: 'tfjs_binding',
    sources: readdirSync(join(tfjs, 'binding'))
      .filter((file) => file.endsWith('.cc'))
      .map((file) => join(tfjs, 'binding', file)),
    flags: ['-DNODE_GYP_MODULE_NAME=tfjs_binding', '-DBUILDING_NODE_EXTENSION', `-I${include}`, `-I${tfjs}`],
    tensorflow,
    target: join(tfjs, 'lib/napi-v8/tfjs_binding.node'),
  });
  for (const name of ['graph_session', 'quietly']) {
    buildAddon(cache, {
      name,
      sources: [join(root, `libs/tensorflow/native/${name}.cc`)],
      flags: ['-DNAPI_CPP_EXCEPTIONS', `-I${include}`, `-I${join(root, 'node_modules/node-addon-api')}`],
      // The addon that is loaded before TensorFlow must not load it.
      ...(name === 'graph_session' && { tensorflow }),
      target: join(root, `libs/tensorflow/build/${name}.node`),
    });
  }
}

/**
 * TensorFlow looks for NVIDIA's libraries in folders that it lists, and cuSOLVER's is not among
 * them: without it, it uses no GPU and fails no call. Its Python part loads that one beforehand.
 */
function linkSolver(wheel) {
  for (const file of readdirSync(join(wheel, 'nvidia/cusolver/lib')).filter((name) => name.includes('.so'))) {
    const link = join(wheel, 'nvidia/cusparse/lib', file);
    if (!existsSync(link)) symlinkSync(join('../../cusolver/lib', file), link);
  }
}

function buildAddon(cache, { name, sources, flags, tensorflow, target }) {
  const hash = createHash('sha256').update(tensorflow ?? '');
  for (const source of sources) hash.update(readFileSync(source));
  const built = join(cache, 'addons', `${name}-${hash.digest('hex').slice(0, 16)}`);
  makeFolder(built, (folder) => {
    say(`Building ${name}${tensorflow ? ` against TensorFlow ${VERSION}` : ''} (ten to thirty seconds, once per user)`);
    const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
    run('g++', 'g++', [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', ...flags],
      ...(tensorflow ? [`-I${join(tensorflow, 'include')}`] : []),
      ...[...sources, '-o', join(folder, 'addon.node')],
      ...(tensorflow ? [...libraries.map((file) => join(tensorflow, file)), `-Wl,-rpath,${tensorflow}`] : []),
    ]);
  });
  const addon = join(built, 'addon.node');
  if (existsSync(target) && readFileSync(target).equals(readFileSync(addon))) return;
  mkdirSync(join(target, '..'), { recursive: true });
  copyFileSync(addon, target);
}
