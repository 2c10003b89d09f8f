// What the machine must have before anything is installed. Plain JavaScript without dependencies,
// since it runs first; the `espalier doctor` command uses it too.
import { spawnSync } from 'node:child_process';

/**
 * @typedef {{ name: string, ok: boolean, found: string, fix: string }} Check
 * @returns {Check[]}
 */
export function checkRequirements() {
  return [nodeCheck(), platformCheck(), pythonCheck(), pipCheck(), compilerCheck()];
}

/** The Python to use: `ESPALIER_PYTHON` or python3. */
export const python = process.env.ESPALIER_PYTHON ?? 'python3';

/**
 * The oldest Node that works, and the newest that was tried; package.json's `engines` says the
 * same.
 */
export const NODE = { oldest: [20, 19], newest: 26 };

function nodeCheck() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = NODE.oldest;
  const isOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
  const why = isOld ? 'Node is too old' : `Node ${NODE.newest} is the newest that was tried`;
  return {
    name: 'Node.js',
    ok: !isOld && major <= NODE.newest,
    found: process.versions.node,
    fix: `${why}: install Node 24 (https://nodejs.org), and try again.`,
  };
}

function platformCheck() {
  return {
    name: 'Platform',
    ok: process.platform === 'linux' && process.arch === 'x64',
    found: `${process.platform} ${process.arch}`,
    fix: "TensorFlow's wheel is linked on Linux x86-64 only: use such a machine, a virtual one or a container.",
  };
}

function pythonCheck() {
  const { status, stdout } = run(python, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])']);
  const version = (stdout ?? '').trim();
  const [major, minor] = version.split('.').map(Number);
  return {
    name: 'Python',
    ok: status === 0 && major === 3 && minor >= 10,
    found: version || 'not found',
    fix: "Python 3.10 or later brings TensorFlow's and Temporal's binaries: `apt-get install python3 python3-pip`, or set ESPALIER_PYTHON to one.",
  };
}

function pipCheck() {
  const { status, stdout } = run(python, ['-m', 'pip', '--version']);
  return {
    name: 'pip',
    ok: status === 0,
    found: status === 0 ? stdout.split(' ').slice(0, 2).join(' ') : 'not found',
    fix: `\`${python} -m pip\` does not work: \`apt-get install python3-pip\`.`,
  };
}

function compilerCheck() {
  const { status, stdout } = run('g++', ['-dumpfullversion']);
  return {
    name: 'g++',
    ok: status === 0 && Number(stdout.split('.')[0]) >= 9,
    found: status === 0 ? stdout.trim() : 'not found',
    fix: 'g++ 9 or later builds the addons that join Node to TensorFlow: `apt-get install g++`.',
  };
}

function run(command, args) {
  return spawnSync(command, args, { encoding: 'utf8', timeout: 30_000 });
}
