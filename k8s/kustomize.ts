import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** An object as an overlay makes it; its kind says what is in `spec`. */
export interface Resource {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec: Record<string, unknown>;
}

/** Whether `kubectl` is there to build overlays with. */
export const kubectlFound = spawnSync('kubectl', ['version', '--client']).status === 0;

/** The objects of an overlay, e.g. `strimzi/overlays/production`. @throws Error with what kustomize says */
export function build(overlay: string): Resource[] {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', join(__dirname, overlay)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return [...parseAllDocuments(stdout)].map((document) => document.toJSON() as Resource);
}

/** @throws Error where there is none of that kind and name, or more than one */
export function resource(overlay: string, kind: string, name: string): Resource {
  const found = build(overlay).filter((candidate) => candidate.kind === kind && candidate.metadata.name === name);
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} objects ${kind} ${name}`);
  return found[0];
}
