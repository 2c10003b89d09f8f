import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ArtifactCorruptError,
  ArtifactMissingError,
  decodeSafetensors,
  encodeSafetensors,
  FolderArtifactStore,
  SafetensorsError,
} from './index.js';

let folder: string;
let store: FolderArtifactStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
  store = new FolderArtifactStore(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const pathOf = (hash: string): string => join(folder, 'objects', hash.slice(0, 2), hash);

describe('the artifact store', () => {
  it('gives back what was put, under the SHA-256 of the content', async () => {
    const hash = await store.put(Buffer.from('abc'));
    expect(hash).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(Buffer.from(await store.get(hash)).toString()).toBe('abc');
  });

  it('leaves no partial file behind, also when many put the same at once', async () => {
    const hashes = await Promise.all(Array.from({ length: 20 }, () => store.put(Buffer.from('same'))));
    expect(new Set(hashes).size).toBe(1);
    expect(await readdir(join(folder, 'objects', hashes[0].slice(0, 2)))).toEqual([hashes[0]]);
  });

  it('removes what a process that is no more left half written, and leaves what others are writing', async () => {
    const gone = spawnSync(process.execPath, ['--version']).pid;
    const under = join(folder, 'objects', 'ab');
    const partial = (host: string, pid: number): string => `abc.${host}.${pid}.3f2e.partial`;
    const host = hostname().replaceAll('.', '-');
    await mkdir(under, { recursive: true });
    const stays = [partial(host, process.pid), partial('another', gone)];
    for (const name of [...stays, partial(host, gone)]) await writeFile(join(under, name), 'half');
    await store.removeHalfWritten();
    expect((await readdir(under)).sort()).toEqual(stays.sort());
    for (const name of stays) await rm(join(under, name));
  });

  it('finds a damaged artifact by its hash, sets it aside, and takes it anew', async () => {
    const hash = await store.put(Buffer.from('abc'));
    await writeFile(pathOf(hash), 'abd');
    await expect(store.get(hash)).rejects.toThrow(ArtifactCorruptError);
    await expect(store.get(hash)).rejects.toThrow(ArtifactMissingError);
    await store.put(Buffer.from('abc'));
    expect(Buffer.from(await store.get(hash)).toString()).toBe('abc');
  });

  it('names what was put before a time, and not what was put again since, nor what is half written', async () => {
    const [old, again] = [await store.put(Buffer.from('old')), await store.put(Buffer.from('again'))];
    for (const hash of [old, again]) await utimes(pathOf(hash), new Date(1000), new Date(1000));
    await writeFile(`${pathOf(old)}.host.1.x.partial`, 'half');
    await store.put(Buffer.from('again'));
    await store.put(Buffer.from('new'));
    expect(await store.writtenBefore(new Date(5000))).toEqual([{ hash: old, bytes: 3 }]);
  });

  it('refuses a name that is a path', async () => {
    await expect(store.get('../../etc/passwd')).rejects.toThrow(ArtifactMissingError);
  });
});

describe('safetensors', () => {
  const tensors = fc.dictionary(fc.stringMatching(/^[a-z/]{1,12}$/), fc.float32Array({ maxLength: 20 }), {
    maxKeys: 5,
  });

  it('gives back the tensors and the metadata, and the same bytes for the same content', () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string()), (values, metadata) => {
        const named = {
          tensors: new Map(Object.entries(values).map(([name, data]) => [name, { shape: [data.length], data }])),
          metadata,
        };
        const bytes = encodeSafetensors(named);
        const decoded = decodeSafetensors(bytes);
        expect(decoded.tensors).toEqual(named.tensors);
        expect({ ...decoded.metadata }).toEqual({ ...metadata });
        expect(Buffer.compare(encodeSafetensors(decoded), bytes)).toBe(0);
      }),
    );
  });

  it('refuses a file that is cut off anywhere', () => {
    const bytes = encodeSafetensors({
      tensors: new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]),
      metadata: {},
    });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length))).toThrow(SafetensorsError);
    }
  });
});
