import { FEATURES, POD_FEATURES } from '@chat-app/protocol';
import type { Registry } from '../connections/registry';

/** What every version of persistence knows: taken until one has announced more, also during an outage. */
const ALWAYS: readonly string[] = ['message'];

/**
 * What persistence announces with its answers: which kinds and features it knows, and the epoch, the numbering that
 * positions belong to. A restore of the database begins another epoch: then every connection of another is closed, and
 * its client reads afresh.
 */
export class Announcements {
  #known: ReadonlySet<string> = new Set(ALWAYS);
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

  /** An answer that says what persistence knows. */
  takeFeatures(features: readonly string[]): void {
    if (features.length === this.#known.size && features.every((feature) => this.#known.has(feature))) return;
    this.#known = new Set(features);
    this.#features = featuresWith(this.#known);
  }

  /** An answer that says which numbering it is of. */
  takeEpoch(epoch: string): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    for (const connection of [...this.registry.connections]) {
      if (connection.epoch !== undefined && connection.epoch !== epoch) connection.close('restored');
    }
  }
}

function featuresWith(known: ReadonlySet<string>): readonly string[] {
  return [...FEATURES.filter((feature) => known.has(feature)), ...POD_FEATURES].sort();
}
