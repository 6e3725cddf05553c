import { z } from 'zod';

/** A pod says that it runs, or that it goes. */
export const PodBeat = z.looseObject({ kind: z.enum(['beat', 'gone']), pod_id: z.string().max(200) });
export type PodBeat = { kind: 'beat' | 'gone'; pod_id: string };

export function writePodBeat(beat: PodBeat): string {
  return JSON.stringify(beat);
}

/** Undefined where it is none. Never throws. */
export function readPodBeat(payload: Uint8Array): PodBeat | undefined {
  try {
    return PodBeat.safeParse(JSON.parse(new TextDecoder().decode(payload))).data;
  } catch {
    return undefined;
  }
}
