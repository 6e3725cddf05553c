import { FEATURES, POD_FEATURES } from '@chat-app/protocol';
import type { Registry } from '../connections/registry';

/** What persistence of the version before knows, which announces nothing. */
const BEFORE: readonly string[] = ['message'];

/**
 * What persistence announces with its answers: which kinds and features it knows, and the epoch, the numbering that
 * positions belong to. A restore of the database begins another epoch: then every connection of another is closed, and
 * its client reads afresh.
 */
export class Announcements {
  #known: ReadonlySet<string> = new Set(BEFORE);
  #features = featuresWith(this.#known);
  #epoch: string | undefined;

  constructor(private readonly registry: Registry) {}

  /** What this pod and persistence both can do, sorted. */
  get features(): readonly string[] {
    return this.#features;
  }

  /** Whether persistence keeps what a command of this feature asks for. */
  has(feature: string): boolean {
    return this.#known.has(feature);
  }

  /** An answer that says what persistence knows; undefined from persistence of the version before. */
  takeFeatures(features: readonly string[] | undefined): void {
    const known = features ?? BEFORE;
    if (known.length === this.#known.size && known.every((feature) => this.#known.has(feature))) return;
    this.#known = new Set(known);
    this.#features = featuresWith(this.#known);
  }

  /** An answer that says which numbering it is of; undefined from persistence of the version before. */
  takeEpoch(epoch: string | undefined): void {
    if (epoch === undefined || epoch === this.#epoch) return;
    this.#epoch = epoch;
    for (const connection of [...this.registry.connections]) {
      if (connection.epoch !== undefined && connection.epoch !== epoch) connection.close('restored');
    }
  }
}

function featuresWith(known: ReadonlySet<string>): readonly string[] {
  return [...FEATURES.filter((feature) => known.has(feature)), ...POD_FEATURES].sort();
}
