import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { NodeFS } from '@electric-sql/pglite/nodefs';

const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;
const STICKY = 0o1000;
/** What belongs to the group and to everybody else. */
const OTHERS = 0o077;

/** Attributes that the library's file system is asked to set on a file. */
interface Attributes {
  mode?: number | null;
}
type SetAttributes = (target: unknown, attributes: Attributes) => void;
type CreateNode = (parent: unknown, name: string, mode: number, device: unknown) => unknown;
interface NodeFileSystem {
  node_ops: { setattr: SetAttributes; mknod: CreateNode };
  stream_ops: { setattr?: SetAttributes };
}

/**
 * The library's file system on a directory, with files and folders that belong to nobody but their owner. It sets the mode of each file that it
 * creates to 0666 itself, whatever the process's umask is (0.5.16); here what is for others is left out of it.
 */
export class PrivateNodeFS extends NodeFS {
  constructor(directory: string) {
    super(directory);
    chmodSync(directory, PRIVATE_DIRECTORY);
  }

  override async init(...given: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...given);
    const keepPrivate = (module: object): void => {
      const { node_ops, stream_ops } = (module as { NODEFS: NodeFileSystem }).NODEFS;
      const create = node_ops.mknod;
      node_ops.mknod = (parent, name, mode, device) => create(parent, name, mode & ~OTHERS, device);
      node_ops.setattr = withoutOthers(node_ops.setattr);
      if (stream_ops.setattr !== undefined) stream_ops.setattr = withoutOthers(stream_ops.setattr);
    };
    const { preRun } = emscriptenOpts;
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [keepPrivate, ...[preRun ?? []].flat()] } };
  }
}

function withoutOthers(setAttributes: SetAttributes): SetAttributes {
  return (target, attributes) => {
    const { mode } = attributes;
    setAttributes(target, typeof mode === 'number' ? { ...attributes, mode: mode & ~OTHERS } : attributes);
  };
}

/**
 * Creates a directory for its owner alone. One that is there already is made so where it holds `known`, so is ours: it may as
 * well be a directory of somebody else's, or one that many share.
 */
export function makePrivateDirectory(directory: string, known: string): void {
  mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  if (!readdirSync(directory).includes(known)) return;
  const { mode, uid } = lstatSync(directory);
  if ((mode & STICKY) === 0 && uid === process.getuid?.()) chmodSync(directory, PRIVATE_DIRECTORY);
}

/** Takes everything in a directory, and itself, away from everybody but its owner. What was so already is not touched. */
export function makePrivate(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isSymbolicLink()) return;
  const wanted = stats.isDirectory() ? PRIVATE_DIRECTORY : PRIVATE_FILE;
  if ((stats.mode & OTHERS) !== 0 && stats.uid === process.getuid?.()) chmodSync(path, wanted);
  if (stats.isDirectory()) for (const name of readdirSync(path)) makePrivate(join(path, name));
}
