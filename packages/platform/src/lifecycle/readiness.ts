/** Why a component is as it is, and since when. */
export interface ComponentState {
  ready: boolean;
  reason?: string;
  /** RFC 3339: the last change. */
  since: string;
}

/** Body of /readyz. */
export interface ReadinessReport {
  ready: boolean;
  components: Readonly<Record<string, ComponentState>>;
}

/**
 * Whether this pod should be sent traffic. A pod is ready once at least one component was set and all are ready.
 * A shared dependency that is down must not be set unready: that takes out all pods at once; it is a degraded state.
 *
 * States: starting (nothing set) → ready ⇄ unready → draining (for good).
 */
export class Readiness {
  readonly #components = new Map<string, ComponentState>();
  #draining = false;

  /** Sets the state of one component; the first call makes it known. Saying the same again changes nothing. */
  set(component: string, ready: boolean, reason?: string): void {
    const known = this.#components.get(component);
    if (known !== undefined && known.ready === ready && known.reason === reason) return;
    const since = new Date().toISOString();
    this.#components.set(component, { ready, since, ...(reason !== undefined && { reason }) });
  }

  /** Not ready from now on, whatever the components say: the process is stopping. */
  draining(): void {
    this.#draining = true;
    this.set('lifecycle', false, 'draining');
  }

  report(): ReadinessReport {
    const states = [...this.#components.values()];
    const ready = !this.#draining && states.length > 0 && states.every((state) => state.ready);
    return { ready, components: Object.fromEntries(this.#components) };
  }
}
